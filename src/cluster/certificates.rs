//! The CA and the certificate that all replicas share in one Secret, which somebody installed empty.
use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::{Api, Client, api::PostParams, runtime::watcher::DefaultBackoff};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};

use crate::{
    cluster::{PATIENCE, fault, one::One, webhook::Seen},
    core::{
        pki::{
            Moment, Names, Validity, authority, facts,
            rotation::{Held, Lives, Task, task},
        },
        webhook::plan,
    },
    telemetry::troubles::Troubles,
};

/// The CAs that are trusted, the newest last.
const AUTHORITIES: &str = "ca.crt";
/// The key of the newest CA.
const AUTHORITY_KEY: &str = "ca.key";
const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";

/// How long a write waits to be heard of.
const PAUSE: Duration = Duration::from_secs(2);

/// What is served, and who vouches for it, in PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Pair {
    /// The CAs.
    pub authorities: String,
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

/// Which Secret, for whom, and how long things last.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The name of the Secret.
    pub secret: String,
    /// The names to serve under.
    pub names: Names,
    /// How long things last.
    pub lives: Lives,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error("{0}")]
    Refused(String),
    #[error("a certificate could not be made: {0}")]
    Make(#[from] rcgen::Error),
}

/// One who keeps the Secret filled.
pub(super) struct Keeper {
    api: Api<Secret>,
    plan: Plan,
    /// The webhook configuration, which says whom the API server trusts.
    seen: Seen,
    /// The newest CA, and since when the API server has trusted it.
    trusted: Option<(String, Moment)>,
    trouble: fault::Trouble,
    pauses: DefaultBackoff,
}

/// Keeps the Secret filled, and tells of each pair in it.
pub(super) fn keep(
    client: &Client,
    namespace: &str,
    plan: Plan,
    seen: Seen,
    troubles: &Troubles,
) -> watch::Receiver<Option<Arc<Pair>>> {
    let (told, pairs) = watch::channel(None);
    let api: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let about = |what: &str| {
        let what = format!(
            "{what} the Secret {namespace}/{} of the certificates",
            plan.secret
        );
        fault::Trouble::new(what.trim_start(), troubles)
    };
    let mut one = One::new(
        api.clone(),
        &plan.secret,
        about("the watch of"),
        (
            about(""),
            "no new certificate is made; install it with the Helm chart or the manifests in deploy/, or say with \
             --namespace where it is",
        ),
    );
    let keeper = Keeper {
        api,
        trouble: about("writing"),
        pauses: DefaultBackoff::default(),
        plan,
        seen,
        trusted: None,
    };
    let (found, secrets) = watch::channel(None);
    tokio::spawn(async move {
        while !found.is_closed() {
            let secret = one.next().await;
            found.send_replace(secret.map(Arc::new));
        }
    });
    tokio::spawn(keeper.run(secrets, told));
    pairs
}

impl Keeper {
    async fn run(
        mut self,
        mut secrets: watch::Receiver<Option<Arc<Secret>>>,
        told: watch::Sender<Option<Arc<Pair>>>,
    ) {
        loop {
            let secret = secrets.borrow_and_update().clone();
            let again = match &secret {
                None => Instant::now() + Duration::from_hours(1),
                Some(secret) => self.look_after(secret, &told).await,
            };
            tokio::select! {
                changed = secrets.changed() => if changed.is_err() { return },
                changed = self.seen.changed() => if changed.is_err() { return },
                () = sleep_until(again) => {}
            }
        }
    }

    /// Tells of the pair in the Secret, does what is to be done, and says when to look again.
    async fn look_after(
        &mut self,
        secret: &Secret,
        told: &watch::Sender<Option<Arc<Pair>>>,
    ) -> Instant {
        let content = Content::of(secret);
        let pair = content.pair().map(Arc::new);
        told.send_if_modified(|last| {
            let is_news = pair.is_some() && *last != pair;
            if is_news {
                last.clone_from(&pair);
            }
            is_news
        });
        let now = now();
        let trusted = self.trusted_since(&content, now);
        match task(
            &content.held(),
            &self.plan.names,
            &self.plan.lives,
            trusted,
            now,
        ) {
            Task::Wait(at) => {
                Instant::now() + at.saturating_sub(now).max(Duration::from_millis(100))
            }
            todo => {
                if let Err(error) = self.write(secret, content, todo, now).await {
                    self.trouble.tell(&error.to_string());
                    return Instant::now() + self.pauses.next().unwrap_or(PATIENCE);
                }
                self.trouble.is_over();
                self.pauses = DefaultBackoff::default();
                // What was written is heard of at once; this is for when it was not.
                Instant::now() + PAUSE
            }
        }
    }

    /// Since when the API server trusts the newest CA.
    fn trusted_since(&mut self, content: &Content, now: Moment) -> Option<Moment> {
        let newest = content.authorities.last()?.clone();
        let standing = self.seen.borrow_and_update().clone();
        // Whom nothing calls, nobody distrusts.
        let is_trusted =
            standing.is_none_or(|it| it.present.is_empty() || it.present.trusts(&newest));
        if !is_trusted {
            self.trusted = None;
        } else if self
            .trusted
            .as_ref()
            .is_none_or(|(authority, since)| *authority != newest || *since > now)
        {
            self.trusted = Some((newest, now));
        }
        self.trusted.as_ref().map(|(_, since)| *since)
    }

    /// Writes what was asked for, unless another replica has written meanwhile.
    async fn write(
        &self,
        secret: &Secret,
        content: Content,
        todo: Task,
        now: Moment,
    ) -> Result<(), WriteError> {
        let lives = &self.plan.lives;
        let content = content.after(todo, &self.plan.names, lives, now)?;
        let mut secret = secret.clone();
        secret.data.get_or_insert_default().extend(content.data());
        secret.metadata.managed_fields = None;
        let request = PostParams {
            field_manager: Some(super::FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        match timeout(
            PATIENCE,
            self.api.replace(&self.plan.secret, &request, &secret),
        )
        .await
        {
            Ok(Ok(_)) => Ok(()),
            // Another replica was first, and its Secret is heard of.
            Ok(Err(kube::Error::Api(status))) if status.code == 409 => Ok(()),
            Ok(Err(error)) => Err(WriteError::Refused(fault::of(&error))),
            Err(_) => Err(WriteError::Refused(fault::SLOW.to_owned())),
        }
    }
}

/// What a Secret holds, in PEM; what cannot be read counts as absent.
#[derive(Clone, Default)]
struct Content {
    authorities: Vec<String>,
    authority_key: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
}

impl Content {
    fn of(secret: &Secret) -> Self {
        let text = |name: &str| {
            let bytes = secret.data.as_ref()?.get(name)?;
            String::from_utf8(bytes.0.clone())
                .ok()
                .filter(|text| !text.is_empty())
        };
        let mut authorities: Vec<(Moment, String)> =
            plan::certificates(&text(AUTHORITIES).unwrap_or_default())
                .into_iter()
                .filter_map(|pem| Some((validity(&pem)?.not_before, pem)))
                .collect();
        authorities.sort();
        Self {
            authorities: authorities.into_iter().map(|(_, pem)| pem).collect(),
            authority_key: text(AUTHORITY_KEY),
            certificate: text(CERTIFICATE),
            key: text(KEY),
        }
    }

    fn pair(&self) -> Option<Pair> {
        Some(Pair {
            authorities: Some(self.authorities.concat()).filter(|pem| !pem.is_empty())?,
            certificate: self.certificate.clone()?,
            key: self.key.clone()?,
        })
    }

    fn held(&self) -> Held {
        let certificate = self.certificate.as_ref().filter(|_| self.key.is_some());
        let leaf = certificate.and_then(|pem| facts::read(pem.as_bytes()).ok());
        Held {
            authorities: self
                .authorities
                .iter()
                .filter_map(|pem| validity(pem))
                .collect(),
            has_key: self.authority_key.is_some(),
            leaf: leaf.map(|leaf| (leaf.validity, leaf.names)),
        }
    }

    fn after(
        mut self,
        todo: Task,
        names: &Names,
        lives: &Lives,
        now: Moment,
    ) -> Result<Self, rcgen::Error> {
        match todo {
            Task::Wait(_) => {}
            Task::ForgetOldest => {
                self.authorities.remove(0);
            }
            Task::MakeAuthority => {
                let key = authority::key()?;
                let pem = authority::authority(&key, Validity::lasting(now, lives.authority), now)?;
                // Those that somebody made whose clock was ahead would be the newest for years, and vouch for nobody.
                let has_begun = |pem: &String| validity(pem).is_some_and(|it| it.not_before <= now);
                self.authorities.retain(has_begun);
                self.authorities.extend(plan::certificates(&pem));
                self.authority_key = Some(key);
            }
            Task::MakeLeaf => {
                let newest = self.authorities.last().and_then(|pem| validity(pem));
                if let (Some(newest), Some(authority_key)) = (newest, &self.authority_key) {
                    let key = authority::key()?;
                    let validity = Validity::lasting(now, lives.leaf).within(&newest);
                    self.certificate =
                        Some(authority::leaf(&key, names, validity, authority_key, now)?);
                    self.key = Some(key);
                }
            }
        }
        Ok(self)
    }

    fn data(self) -> BTreeMap<String, ByteString> {
        let texts = [
            (AUTHORITIES, Some(self.authorities.concat())),
            (AUTHORITY_KEY, self.authority_key),
            (CERTIFICATE, self.certificate),
            (KEY, self.key),
        ];
        texts
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), ByteString(text?.into_bytes()))))
            .collect()
    }
}

fn validity(pem: &str) -> Option<Validity> {
    Some(facts::read(pem.as_bytes()).ok()?.validity)
}

fn now() -> Moment {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

impl fmt::Debug for Pair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pair")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: Duration = Duration::from_hours(24 * 365);

    /// What a Secret holds once everything is done that is to be done at `now`.
    fn settled(mut content: Content, names: &Names, now: Moment) -> Content {
        let lives = Lives::default();
        let long_ago = Some(now.saturating_sub(YEAR));
        for _ in 0..6 {
            let todo = task(&content.held(), names, &lives, long_ago, now);
            if matches!(todo, Task::Wait(_)) {
                return content;
            }
            let data = content.after(todo, names, &lives, now).unwrap().data();
            content = Content::of(&Secret {
                data: Some(data),
                ..Secret::default()
            });
        }
        panic!("there is always something to be done");
    }

    #[test]
    fn wherever_the_clock_jumps_there_is_soon_a_leaf_that_serves() {
        let names = Names {
            dns: ["statusguard.statusguard.svc".to_owned()].into(),
            ..Names::default()
        };
        let today = YEAR * 56;
        let mut content = Content::default();
        for now in [
            today,
            today + YEAR * 2,
            today,
            today + YEAR * 10,
            today + Duration::from_hours(1),
            today.saturating_sub(YEAR),
            Duration::from_hours(30),
            today,
        ] {
            content = settled(content, &names, now);
            let held = content.held();
            let (leaf, _) = held.leaf.clone().unwrap();
            let newest = held.authorities.last().unwrap();
            for validity in [&leaf, newest] {
                assert!(validity.not_before <= now && now < validity.not_after);
            }
            assert!(held.authorities.len() <= 2, "{held:?}");
        }
    }
}
