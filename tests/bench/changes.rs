//! Schemas and certificates that change all the time.
use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::anyhow;
use statusguard::{
    core::pki::{Names, Validity, authority},
    server::certificates::now,
};

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/elastic-cloud.yaml");
/// How long nothing changes.
const PAUSE: Duration = Duration::from_secs(2);

/// Two directories of the server.
pub(crate) struct Changes {
    schemas: PathBuf,
    certs: PathBuf,
    authority_key: String,
    count: u64,
}

/// Changes that go on.
pub(crate) struct Going {
    end: Sender<()>,
    thread: JoinHandle<anyhow::Result<u64>>,
}

impl Changes {
    /// Lays out certificates of somebody's own, in links as the kubelet mounts a Secret, and the schema that ships.
    pub(crate) fn begin(schemas: &Path, certs: &Path) -> anyhow::Result<Self> {
        fs::create_dir(certs)?;
        let authority_key = authority::key()?;
        let valid = Validity::of_authority(now());
        fs::write(
            certs.join("ca.crt"),
            authority::authority(&authority_key, valid, now())?,
        )?;
        let changes = Self {
            schemas: schemas.to_owned(),
            certs: certs.to_owned(),
            authority_key,
            count: 0,
        };
        changes.certificate()?;
        for file in ["tls.crt", "tls.key"] {
            symlink(Path::new("..data").join(file), certs.join(file))?;
        }
        changes.schema()?;
        Ok(changes)
    }

    /// Goes on until it is ended.
    pub(crate) fn go_on(mut self) -> Going {
        let (end, is_over) = channel();
        let thread = thread::spawn(move || {
            while is_over.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                self.count += 1;
                self.certificate()?;
                self.schema()?;
            }
            Ok(self.count)
        });
        Going { end, thread }
    }

    fn certificate(&self) -> anyhow::Result<()> {
        let valid = Validity::of_leaf(now(), &Validity::of_authority(now()));
        let key = authority::key()?;
        let names = Names::of_server(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let leaf = authority::leaf(&key, &names, valid, &self.authority_key, now())?;
        let generation = format!("..{}", self.count);
        let directory = self.certs.join(&generation);
        fs::create_dir(&directory)?;
        fs::write(directory.join("tls.crt"), leaf)?;
        fs::write(directory.join("tls.key"), key)?;
        let link = self.certs.join("..data_tmp");
        symlink(&generation, &link)?;
        fs::rename(link, self.certs.join("..data"))?;
        if let Some(past) = self.count.checked_sub(1) {
            fs::remove_dir_all(self.certs.join(format!("..{past}")))?;
        }
        Ok(())
    }

    /// A key more or less that may be there.
    fn schema(&self) -> anyhow::Result<()> {
        let text = fs::read_to_string(SHIPPED)?;
        let text = if self.count.is_multiple_of(2) {
            text
        } else {
            text.replace(
                "    properties:\n",
                "    properties:\n      more: {type: string}\n",
            )
        };
        let draft = self.schemas.join("..draft");
        fs::write(&draft, text)?;
        fs::rename(draft, self.schemas.join("elastic-cloud.yaml"))?;
        Ok(())
    }
}

impl Going {
    /// How often both were changed.
    pub(crate) fn end(self) -> anyhow::Result<u64> {
        // An error means that it has ended already, and the thread says why.
        let _ = self.end.send(());
        let joined = self.thread.join();
        joined.map_err(|_| anyhow!("what changes things panicked"))?
    }
}
