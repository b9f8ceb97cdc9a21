//! What destroying an environment would do: the engine's own plan for it, in words.

use std::collections::BTreeMap;
use std::time::Duration;

use app::data::DestroyPreview;
use model::act::Act;
use model::key::ResourceKind;
use model::name::EnvironmentName;
use plan::steps::StepAct;

use super::{Failed, Reader};

/// How long the page waits for the cloud.
const PATIENCE: Duration = Duration::from_secs(5);

impl Reader {
    pub(super) async fn read_destroy_preview(
        &self,
        name: &EnvironmentName,
    ) -> Result<DestroyPreview, Failed> {
        let environment = self.engine().environment(name).await?;
        let newest = self.store().operations(Some(environment.id), 1).await?;
        let busy = newest
            .first()
            .filter(|operation| operation.state.is_open())
            .map(|operation| {
                format!(
                    "It is being changed right now ({}): wait until that ends.",
                    operation.act.words()
                )
            });
        let mut refused = if environment.protected {
            Some(
                "It is protected: nobody can change it through Understudy until approvals exist."
                    .to_owned(),
            )
        } else {
            busy
        };
        let asked = tokio::time::timeout(PATIENCE, self.engine().preview_down(&environment)).await;
        let mut goes: BTreeMap<ResourceKind, Vec<String>> = BTreeMap::new();
        match asked {
            Ok(Ok(preview)) => {
                for step in &preview.plan.steps {
                    if let StepAct::Delete { .. } = step.act {
                        goes.entry(step.key.kind)
                            .or_default()
                            .push(step.key.name().to_owned());
                    }
                }
            }
            Ok(Err(error)) => {
                let failed = Failed::from(error);
                refused.get_or_insert(failed.trouble.to_string());
            }
            Err(_) => {
                refused.get_or_insert(format!(
                    "The cloud did not say within {} s what is there: try again.",
                    PATIENCE.as_secs()
                ));
            }
        }
        let act = Act::TakeDown {
            environment: environment.id,
        };
        let reason = self
            .query
            .get("reason")
            .map_or_else(|| act.default_reason(), ToOwned::to_owned);
        let mut stays = stays();
        let foreign = self.engine().left_alone(&environment).await?;
        if !foreign.is_empty() {
            let why = "Understudy didn’t make them, and touches only what it made";
            stays.insert(0, (foreign.join(", "), why.to_owned()));
        }
        Ok(DestroyPreview {
            environment,
            // What people look for first comes last into being.
            goes: goes
                .into_iter()
                .rev()
                .map(|(kind, mut names)| {
                    names.sort();
                    (plural(kind).to_owned(), names)
                })
                .collect(),
            stays,
            refused,
            reason,
        })
    }
}

/// What taking an environment down never touches.
fn stays() -> Vec<(String, String)> {
    [
        (
            "Everything without its mark",
            "it belongs to somebody else, and is never touched",
        ),
        (
            "Flavors, the cloud’s images, the external network",
            "they are the cloud’s",
        ),
        (
            "Its revisions, its operations, its lines in the log",
            "they are the record of what was",
        ),
    ]
    .map(|(what, why)| (what.to_owned(), why.to_owned()))
    .to_vec()
}

const fn plural(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Network => "networks",
        ResourceKind::Subnet => "subnets",
        ResourceKind::Router => "routers",
        ResourceKind::RouterInterface => "router interfaces",
        ResourceKind::SecurityGroup => "security groups",
        ResourceKind::SecurityRules => "sets of security rules",
        ResourceKind::ServerGroup => "server groups",
        ResourceKind::VolumeSnapshot => "volume snapshots",
        ResourceKind::Keypair => "keypairs",
        ResourceKind::Volume => "volumes",
        ResourceKind::Image => "images",
        ResourceKind::Instance => "instances",
        ResourceKind::VolumeAttachment => "volume attachments",
        ResourceKind::FloatingIp => "public addresses",
    }
}
