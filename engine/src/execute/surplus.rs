//! What came twice. The request of an executor that died, or of a call that was never answered, is
//! waited for before another is made in its place; a cloud that is slower than that lets both have their
//! effect. The last look at what is there finds it, and what the journal doesn't name is taken away. It
//! never guesses: where none of them is the one that was gone on with, a person is asked.

use std::collections::BTreeSet;

use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::operation::Phase;
use plan::Plan;
use plan::steps::{Inverse, Step, StepAct};

use super::call::At;
use super::{Execution, Halt, trouble};
use crate::collect::{Collection, Purpose};
use crate::port::Found;

/// How often one operation takes away what came twice: more than this is no lost request.
const ROUNDS: usize = 3;

impl Execution<'_> {
    /// All that there is once a plan was carried out, each thing once where something was brought up.
    pub(super) async fn each_once(
        &self,
        plan: &Plan,
        kinds: BTreeSet<ResourceKind>,
    ) -> Result<Collection, Halt> {
        let mut rounds = 0;
        loop {
            let collection = self.outcome(plan, kinds.clone()).await?;
            let twice = twice(&collection);
            if self.purpose() == Purpose::TakeDown || twice.is_empty() {
                return Ok(collection);
            }
            let bindings = self.engine.store().bindings(self.environment.id).await?;
            for key in twice {
                let own = bindings.get(&key);
                let all: Vec<&Found> = collection.staying(&key).collect();
                let known = all.iter().any(|found| Some(&found.id) == own);
                let step = self.taking_away(&key, &all);
                let (Some(step), true, true) = (step, known, rounds < ROUNDS) else {
                    let ids: Vec<String> = all.iter().map(|found| found.id.to_string()).collect();
                    return Err(Halt::Trouble(trouble::several(&key, &ids)));
                };
                for found in all.iter().filter(|found| Some(&found.id) != own) {
                    self.take_surplus(&step, &found.id).await?;
                }
            }
            rounds += 1;
        }
    }

    async fn take_surplus(&self, step: &Step, id: &CloudId) -> Result<(), Halt> {
        self.note(format!(
            "{}: there twice, because an earlier request had its effect late; taking {id} away",
            step.key
        ))
        .await?;
        let at = At {
            phase: Phase::Forward,
            number: 0,
            step,
            attempt: 1,
        };
        self.take_away(at, id).await?.map_err(Halt::Trouble)
    }

    /// Taking one of them away as a step, so that it is asked for and awaited as any other.
    fn taking_away(&self, key: &Key, all: &[&Found]) -> Option<Step> {
        let told = all.iter().find_map(|found| found.resource.clone());
        let resource = told.or_else(|| self.planned.resources.get(key).cloned())?;
        Some(Step {
            key: key.clone(),
            act: StepAct::Delete { resource },
            needs: Vec::new(),
            inverse: Inverse::Opposite,
        })
    }
}

/// What is there twice; instances first, because they hold on to the rest.
fn twice(collection: &Collection) -> Vec<Key> {
    let mut keys: Vec<Key> = collection
        .keys()
        .filter(|key| is_thing(key.kind) && collection.staying(key).nth(1).is_some())
        .cloned()
        .collect();
    keys.sort_by_key(|key| key.kind != ResourceKind::Instance);
    keys
}

/// Whether a resource is one by itself: what is found through others goes with them.
const fn is_thing(kind: ResourceKind) -> bool {
    match kind {
        ResourceKind::Network
        | ResourceKind::Subnet
        | ResourceKind::Router
        | ResourceKind::SecurityGroup
        | ResourceKind::ServerGroup
        | ResourceKind::VolumeSnapshot
        | ResourceKind::Keypair
        | ResourceKind::Volume
        | ResourceKind::Image
        | ResourceKind::Instance
        | ResourceKind::FloatingIp => true,
        ResourceKind::RouterInterface
        | ResourceKind::SecurityRules
        | ResourceKind::VolumeAttachment => false,
    }
}
