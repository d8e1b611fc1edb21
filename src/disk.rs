//! Reading a directory of schemas.
