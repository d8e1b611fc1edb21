//! The edge towards the API server.
