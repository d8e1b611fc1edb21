//! The two kinds of objects that say what is guarded, with no more of each than matters.
pub mod crd;

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta};
use kube::{Resource, core::ClusterResourceScope};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    core::{promise::ANNOTATION, redacted::Redacted},
    registry::Object,
};

/// A Promise: its metadata and `spec.api`.
#[derive(Debug, Clone, Deserialize)]
pub struct Promise {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: PromiseSpec,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct PromiseSpec {
    #[serde(default)]
    api: Redacted<Value>,
}

/// A `StatusSchema`, read no further than its `spec`, so that none is unreadable.
#[derive(Debug, Clone, Deserialize)]
pub struct StatusSchema {
    metadata: ObjectMeta,
    #[serde(default)]
    spec: Redacted<Value>,
    /// What was last written about it.
    #[serde(default)]
    pub status: StatusSchemaStatus,
}

/// What is written about a `StatusSchema`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatusSchemaStatus {
    /// `Accepted` and `Enforced`.
    pub conditions: Vec<Condition>,
    /// The generation that they are about.
    pub observed_generation: Option<i64>,
}

/// A kind that is watched.
pub trait Watched: Resource<DynamicType = ()> {
    /// What of it matters to the registry.
    fn object(&self) -> Object;
}

impl Watched for Promise {
    fn object(&self) -> Object {
        let annotation = self
            .metadata
            .annotations
            .as_ref()
            .and_then(|all| all.get(ANNOTATION));
        Object {
            annotation: annotation.cloned(),
            ..object(&self.metadata, self.spec.api.clone())
        }
    }
}

impl Watched for StatusSchema {
    fn object(&self) -> Object {
        object(&self.metadata, self.spec.clone())
    }
}

fn object(metadata: &ObjectMeta, body: Redacted<Value>) -> Object {
    let created = metadata.creation_timestamp.as_ref();
    Object {
        name: metadata.name.clone().unwrap_or_default(),
        uid: metadata.uid.clone().unwrap_or_default(),
        generation: metadata.generation,
        created: created.map_or(0, |time| time.0.as_second()),
        annotation: None,
        body,
    }
}

/// Implements [`Resource`] for a cluster-scoped kind.
macro_rules! cluster_scoped {
    ($kind:ident, $group:expr, $version:expr, $plural:expr) => {
        impl Resource for $kind {
            type DynamicType = ();
            type Scope = ClusterResourceScope;

            fn kind((): &()) -> Cow<'_, str> {
                stringify!($kind).into()
            }

            fn group((): &()) -> Cow<'_, str> {
                $group.into()
            }

            fn version((): &()) -> Cow<'_, str> {
                $version.into()
            }

            fn plural((): &()) -> Cow<'_, str> {
                $plural.into()
            }

            fn meta(&self) -> &ObjectMeta {
                &self.metadata
            }

            fn meta_mut(&mut self) -> &mut ObjectMeta {
                &mut self.metadata
            }
        }
    };
}

cluster_scoped!(Promise, "platform.kratix.io", "v1alpha1", "promises");
cluster_scoped!(StatusSchema, crd::GROUP, crd::VERSION, crd::PLURAL);
