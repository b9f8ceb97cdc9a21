//! A project of its own for one tool: what the tool gets to know, and what it leaves there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tempfile::TempDir;
use tests::openstack::{CLOUD, Lab, LabProject, Listing, Quotas, REGION, Service};

use super::copy::Copy;

/// The project, and a folder with `clouds.yaml` and `plan.json`.
pub struct Arena<'a> {
    pub lab: &'a Lab,
    pub project: LabProject,
    pub copy: &'a Copy,
    folder: TempDir,
    before: Listing,
}

/// How many there are of each kind.
pub type Counts = BTreeMap<String, usize>;

impl<'a> Arena<'a> {
    /// A new one.
    pub async fn open(lab: &'a Lab, copy: &'a Copy, quotas: Quotas) -> Self {
        let project = lab.project("bench", quotas).await;
        let folder = tempfile::tempdir().unwrap();
        let clouds = project.clouds_yaml(CLOUD, REGION, &lab.auth_url(REGION));
        std::fs::write(folder.path().join("clouds.yaml"), clouds).unwrap();
        let plan = serde_json::to_string_pretty(&copy.to_json()).unwrap();
        std::fs::write(folder.path().join("plan.json"), plan).unwrap();
        let before = project.listing().await;
        Self {
            lab,
            project,
            copy,
            folder,
            before,
        }
    }

    /// The folder.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// How to sign in.
    pub fn clouds(&self) -> PathBuf {
        self.folder.path().join("clouds.yaml")
    }

    /// What to make.
    pub fn plan(&self) -> PathBuf {
        self.folder.path().join("plan.json")
    }

    /// What is there that was not there before.
    pub async fn made(&self) -> Counts {
        let now = self.project.listing().await;
        now.into_iter()
            .map(|(kind, ids)| {
                let new = ids.difference(&self.before[&kind]).count();
                (kind, new)
            })
            .filter(|(kind, new)| *new > 0 && kind != "taken on hosts")
            .collect()
    }

    /// Waits until there are so many servers.
    pub async fn servers(&self, many: usize) {
        let path = format!("/v2.1/servers?all_tenants=1&project_id={}", self.project.id);
        loop {
            let found = self.lab.admin().get(Service::Nova, &path).await;
            if found["servers"].as_array().map_or(0, Vec::len) >= many {
                return;
            }
            super::tool::pause(100).await;
        }
    }

    /// Waits until a server has failed.
    pub async fn failed_server(&self) {
        let path = format!(
            "/v2.1/servers?all_tenants=1&status=ERROR&project_id={}",
            self.project.id
        );
        loop {
            let found = self.lab.admin().get(Service::Nova, &path).await;
            if found["servers"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
            {
                return;
            }
            super::tool::pause(100).await;
        }
    }

    /// Takes away what is left.
    pub async fn close(self) {
        self.project.remove().await;
    }
}

/// `5 servers, 1 router`, or `nothing`.
pub fn told(counts: &Counts) -> String {
    if counts.is_empty() {
        return "nothing".into();
    }
    let words: Vec<String> = counts
        .iter()
        .map(|(kind, count)| match count {
            1 => format!("1 {kind}"),
            _ => format!("{count} {kind}s"),
        })
        .collect();
    words.join(", ")
}

/// What is there more often than it was meant to be.
pub fn excess(there: &Counts, meant: &Counts) -> Counts {
    there
        .iter()
        .map(|(kind, count)| {
            let meant = meant.get(kind).copied().unwrap_or_default();
            (kind.clone(), count.saturating_sub(meant))
        })
        .filter(|(_, more)| *more > 0)
        .collect()
}
