//! What a cluster has stored, read once: who guards what, and the requests themselves, page by page.
use std::{error::Error, time::Duration};

use http_body_util::BodyExt as _;
use hyper::body::Bytes;
use kube::{
    Api, Client, Config, ResourceExt as _,
    api::ListParams,
    client::Body,
    config::KubeConfigOptions,
    core::{DeserializeGuard, Request, Status},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    PATIENCE,
    api::{Promise, StatusSchema, Watched},
    fault,
};
use crate::registry::{self, ClusterState, Listed};

/// Objects of one answer where each may take a megabyte.
const FEW: u32 = 50;

/// The label by which a Promise says which version it is.
const VERSION_LABEL: &str = "kratix.io/promise-version";

/// A cluster to read from.
pub struct Stored {
    client: Client,
    /// Of its API server, for people.
    address: String,
}

/// What its Promises and StatusSchemas say.
pub struct Guarded {
    /// What is in force.
    pub policies: Vec<std::sync::Arc<crate::core::policy::Policy>>,
    /// How each Promise and `StatusSchema` stands.
    pub state: std::sync::Arc<ClusterState>,
    /// The resources of the Promises, by name of the Promise.
    pub served: Vec<Served>,
}

/// The resource that a Promise installs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The name of the Promise.
    pub promise: String,
    /// The version that it says it is of.
    pub promise_version: Option<String>,
    /// API group.
    pub group: String,
    /// The version in which requests are stored.
    pub version: String,
    /// Plural.
    pub resource: String,
    /// Kind.
    pub kind: String,
}

/// Why something cannot be read. It prints with what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// There is no cluster to ask. What else to do is for who asks to say.
    #[error("finds no cluster ({0})")]
    NoConfig(String),
    /// What the kubeconfig says cannot be used.
    #[error("cannot use the kubeconfig ({0}); mend it, or name another context with --context")]
    BadConfig(String),
    /// There is no Kratix.
    #[error(
        "{0} knows no Promises: Kratix is not installed there; name another cluster with --context or KUBECONFIG"
    )]
    NoPromises(String),
    /// Nobody knows who asks.
    #[error(
        "{0} does not accept the credentials of the kubeconfig; log in again, or name another context with --context"
    )]
    Unknown(String),
    /// Who asks may not read this.
    #[error("may not list {what}: {message}; have the verb list on it granted to you")]
    Forbidden {
        /// What was asked for.
        what: String,
        /// What the API server said: who, and what.
        message: String,
    },
    /// The resource is not there.
    #[error("{0} is not known to the API server yet")]
    Absent(String),
    /// What a page was asked for by is too old.
    #[error(
        "the listing took too long for the API server, which has forgotten where it was; try again"
    )]
    Expired,
    /// Anything else.
    #[error("{what}: {words}; check that the API server runs and can be reached, and try again")]
    Other {
        /// What was asked for.
        what: String,
        /// What went wrong.
        words: String,
    },
}

impl Stored {
    /// The cluster of a context of the kubeconfig, else of the present one, else the one that this Pod runs in.
    ///
    /// # Errors
    /// If there is none, or it cannot be used.
    pub async fn connect(context: Option<&str>) -> Result<Self, StoredError> {
        let config = match context {
            None => Config::infer()
                .await
                .map_err(|error| StoredError::NoConfig(fault::of_config(error.source()))),
            Some(context) => Config::from_kubeconfig(&KubeConfigOptions {
                context: Some(context.to_owned()),
                ..KubeConfigOptions::default()
            })
            .await
            .map_err(|error| StoredError::BadConfig(fault::of_config(Some(&error)))),
        };
        let mut config = config?;
        config.connect_timeout = Some(PATIENCE);
        let address = config.cluster_url.to_string();
        let client =
            Client::try_from(config).map_err(|error| StoredError::BadConfig(fault::of(&error)))?;
        Ok(Self {
            client,
            address: address.trim_end_matches('/').to_owned(),
        })
    }

    /// The address of the API server.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Reads the Promises and StatusSchemas.
    ///
    /// # Errors
    /// [`StoredError`]
    pub async fn guarded(&self) -> Result<Guarded, StoredError> {
        let (promises, unreadable) = match self.all::<Promise>("promises").await {
            Err(StoredError::Absent(_)) => {
                return Err(StoredError::NoPromises(self.address.clone()));
            }
            found => found?,
        };
        let mut served: Vec<Served> = promises.iter().filter_map(served).collect();
        served.sort_by(|one, other| one.promise.cmp(&other.promise));
        let listed = Listed {
            objects: promises.into_iter().map(Watched::into_object).collect(),
            unreadable,
        };
        let (schemas, unreadable) = match self.all::<StatusSchema>("statusschemas").await {
            Err(StoredError::Absent(_)) => Default::default(),
            found => found?,
        };
        let schemas = Listed {
            objects: schemas.into_iter().map(Watched::into_object).collect(),
            unreadable,
        };
        let (policies, state) = registry::read_once(listed, schemas);
        Ok(Guarded {
            policies,
            state,
            served,
        })
    }

    /// All objects of a kind, and the names of those that cannot be read.
    async fn all<K>(&self, what: &str) -> Result<(Vec<K>, Vec<String>), StoredError>
    where
        K: Watched + Clone + std::fmt::Debug + DeserializeOwned,
    {
        let api: Api<DeserializeGuard<K>> = Api::all(self.client.clone());
        let mut params = ListParams::default().limit(FEW);
        let (mut objects, mut unreadable) = (Vec::new(), Vec::new());
        loop {
            let page = self.patiently(what, api.list(&params)).await?;
            for object in page.items {
                match object.0 {
                    Ok(object) => objects.push(object),
                    Err(invalid) => unreadable.extend(invalid.metadata.name),
                }
            }
            match page.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => params = params.continue_token(&token),
                None => return Ok((objects, unreadable)),
            }
        }
    }

    /// One page of all requests of a resource: the first, or the one that a token of the last one leads to.
    ///
    /// # Errors
    /// [`StoredError::Expired`] if the token is too old.
    pub async fn page(
        &self,
        served: &Served,
        limit: u32,
        token: Option<&str>,
    ) -> Result<Page, StoredError> {
        let Served {
            group,
            version,
            resource,
            ..
        } = served;
        let what = format!("{resource}.{group}");
        let mut params = ListParams::default().limit(limit);
        if let Some(token) = token {
            params = params.continue_token(token);
        }
        let request = Request::new(format!("/apis/{group}/{version}/{resource}")).list(&params);
        let request =
            request.map_err(|error| self.told(&what, &kube::Error::BuildRequest(error)))?;
        let sent = async {
            let response = self.client.send(request.map(Body::from)).await?;
            if response.status().is_success() {
                return Ok(response.into_body());
            }
            let code = response.status().as_u16();
            let body = response.into_body().collect().await?.to_bytes();
            let status = serde_json::from_slice::<Status>(&body)
                .unwrap_or_else(|_| Status::failure("", "").with_code(code));
            Err(kube::Error::Api(status.boxed()))
        };
        let body = self.patiently(&what, sent).await?;
        Ok(Page { body, what })
    }

    async fn patiently<T>(
        &self,
        what: &str,
        asked: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, StoredError> {
        match tokio::time::timeout(PATIENCE * 3, asked).await {
            Ok(answer) => answer.map_err(|error| self.told(what, &error)),
            Err(_) => Err(silent(what)),
        }
    }

    fn told(&self, what: &str, error: &kube::Error) -> StoredError {
        let what = what.to_owned();
        match error {
            kube::Error::Api(status) => match status.code {
                401 => StoredError::Unknown(self.address.clone()),
                403 => StoredError::Forbidden {
                    what,
                    message: status.message.clone(),
                },
                404 => StoredError::Absent(what),
                410 => StoredError::Expired,
                _ => StoredError::Other {
                    what,
                    words: fault::of(error),
                },
            },
            error => StoredError::Other {
                what: self.address.clone(),
                words: fault::of(error),
            },
        }
    }
}

/// An answer that is on its way.
pub struct Page {
    body: Body,
    what: String,
}

impl Page {
    /// The next bytes; none at its end.
    ///
    /// # Errors
    /// If the rest does not come.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, StoredError> {
        loop {
            let frame = tokio::time::timeout(PATIENCE * 3, self.body.frame()).await;
            match frame.map_err(|_| silent(&self.what))? {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
                Some(Err(error)) => {
                    return Err(StoredError::Other {
                        what: self.what.clone(),
                        words: fault::of(&error),
                    });
                }
            }
        }
    }
}

fn silent(what: &str) -> StoredError {
    let seconds = Duration::as_secs(&(PATIENCE * 3));
    StoredError::Other {
        what: what.to_owned(),
        words: format!("no answer for {seconds} s"),
    }
}

/// The resource of a Promise, in the version in which its requests are stored.
fn served(promise: &Promise) -> Option<Served> {
    let api: Value = serde_json::from_str(promise.api().expose()).ok()?;
    let spec = api.get("spec")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let versions = spec.get("versions")?.as_array()?;
    let serves = |version: &&Value| version["served"] != Value::Bool(false);
    let stored = versions.iter().find(|version| version["storage"] == true);
    let version = stored
        .filter(serves)
        .or_else(|| versions.iter().find(serves))?;
    Some(Served {
        promise: promise.name(),
        promise_version: promise.labels().get(VERSION_LABEL).cloned(),
        group: text(&spec["group"])?,
        version: text(&version["name"])?,
        resource: text(&spec["names"]["plural"])?,
        kind: text(&spec["names"]["kind"])?,
    })
}
