//! The two kinds of objects that say what is guarded, with no more of each than matters.
pub mod crd;

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta};
use kube::{Resource, core::ClusterResourceScope};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{
    core::{
        promise::{self, ANNOTATION},
        redacted::Redacted,
    },
    registry::Object,
};

/// A Promise: its metadata and `spec.api`.
#[derive(Debug, Clone, Deserialize)]
pub struct Promise {
    #[serde(deserialize_with = "without_managers")]
    metadata: ObjectMeta,
    #[serde(default)]
    spec: PromiseSpec,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct PromiseSpec {
    #[serde(default, deserialize_with = "api")]
    api: Redacted<String>,
}

/// A `StatusSchema`, read no further than its `spec`, so that none is unreadable.
#[derive(Debug, Clone, Deserialize)]
pub struct StatusSchema {
    #[serde(deserialize_with = "without_managers")]
    metadata: ObjectMeta,
    #[serde(default, deserialize_with = "text")]
    spec: Redacted<String>,
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
    fn into_object(self) -> Object;

    /// Its name.
    fn name(&self) -> String {
        self.meta().name.clone().unwrap_or_default()
    }
}

impl Watched for Promise {
    fn into_object(self) -> Object {
        let mut object = object(&self.metadata, self.spec.api);
        let annotations = self.metadata.annotations.unwrap_or_default();
        object.annotation = annotations.get(ANNOTATION).cloned();
        object.strange_annotations = promise::strange_annotations(annotations.keys());
        object
    }
}

impl Watched for StatusSchema {
    fn into_object(self) -> Object {
        object(&self.metadata, self.spec)
    }
}

impl Promise {
    /// `spec.api` as text, without the schemas of what is not the status; empty where there is none.
    pub const fn api(&self) -> &Redacted<String> {
        &self.spec.api
    }
}

/// Who wrote which field takes as much memory as the fields, and matters to nobody here.
fn without_managers<'de, D: Deserializer<'de>>(from: D) -> Result<ObjectMeta, D::Error> {
    let mut metadata = ObjectMeta::deserialize(from)?;
    metadata.managed_fields = None;
    Ok(metadata)
}

/// A value as text, which takes a tenth of its memory: a thousand objects may be listed at once.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Redacted<String>, D::Error> {
    Value::deserialize(from).map(|value| Redacted::new(value.to_string()))
}

/// `spec.api` of a Promise as text, without the schemas of what is not the status.
fn api<'de, D: Deserializer<'de>>(from: D) -> Result<Redacted<String>, D::Error> {
    let mut api = Value::deserialize(from)?;
    let versions = api
        .pointer_mut("/spec/versions")
        .and_then(Value::as_array_mut);
    for version in versions.into_iter().flatten() {
        let schema = version.pointer_mut("/schema/openAPIV3Schema/properties");
        if let Some(Value::Object(properties)) = schema {
            properties.retain(|name, _| name == "status");
        }
    }
    Ok(Redacted::new(api.to_string()))
}

fn object(metadata: &ObjectMeta, body: Redacted<String>) -> Object {
    let created = metadata.creation_timestamp.as_ref();
    Object {
        name: metadata.name.clone().unwrap_or_default(),
        uid: metadata.uid.clone().unwrap_or_default(),
        generation: metadata.generation,
        created: created.map_or(0, |time| time.0.as_second()),
        annotation: None,
        strange_annotations: Vec::new(),
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
