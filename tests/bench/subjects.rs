//! What a bench judges: a body, and the catalog that it is judged by.
use std::sync::Arc;

use statusguard::{
    core::{
        catalog::Catalog,
        denial, gate,
        policy::{Enforcement, Policy},
        review::Review,
    },
    disk::SchemaFile,
};

use crate::bodies;

/// A body as the API server posts it, and the catalog that it is judged by.
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
    pub(crate) catalog: Arc<Catalog>,
}

impl Subject {
    /// The whole way of a body: read it, decide, and write the reply.
    pub(crate) fn decide(&self) -> Vec<u8> {
        let review = Review::parse(&self.body).expect("each subject is a review");
        denial::reply(&review, &gate::decide(&self.catalog, &review))
    }
}

/// The recorded reviews, judged by a catalog of the policy of their Promise and of `others`.
pub(crate) fn recorded(
    others: impl IntoIterator<Item = Arc<Policy>>,
) -> anyhow::Result<Vec<Subject>> {
    let catalog = Arc::new(catalog_of(others.into_iter().chain([elastic_cloud()?]))?);
    let subject = |(name, body)| Subject {
        name,
        body,
        catalog: Arc::clone(&catalog),
    };
    Ok(bodies::recorded()?.into_iter().map(subject).collect())
}

/// A catalog of `policies` that enforces.
pub(crate) fn catalog_of(
    policies: impl IntoIterator<Item = Arc<Policy>>,
) -> anyhow::Result<Catalog> {
    Ok(Catalog::new(policies, Enforcement::Enforce)?)
}

/// The policy of the Promise that the reviews were recorded with, as it ships.
fn elastic_cloud() -> anyhow::Result<Arc<Policy>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/elastic-cloud.yaml");
    let file = SchemaFile::open(path.into());
    let accepted = file
        .understand()
        .map_err(|refused| anyhow::anyhow!("{}", refused.faults[0]))?;
    Ok(accepted.policy)
}
