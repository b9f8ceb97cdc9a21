//! Stopping and starting instances: a change of what is planned, and of nothing else. Whatever else
//! differs between what is planned and what is there stays as it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::act::Act;
use model::environment::{Environment, Layer};
use model::filter::instance_records;
use model::key::Key;
use model::resolved::resolve;
use model::resource::{Power, Resource};
use model::topology::Topology;
use model::topology::items::parse_instance;

use crate::collect::Purpose;
use crate::port::{NewRevision, Replanned};
use crate::submit::{Outcome, Request};
use crate::{Engine, EngineError};

impl Engine {
    /// Brings instances to a state, and plans them so from now on.
    pub(crate) async fn set_power(
        &self,
        request: Request,
        environment: Environment,
        instances: BTreeSet<Key>,
        power: Power,
    ) -> Result<Outcome, EngineError> {
        Self::allowed(&environment)?;
        let (from, before) = self
            .store()
            .revision(environment.id, Layer::Planned, None)
            .await?
            .ok_or_else(|| EngineError::NoState(environment.name.clone(), "planned"))?;
        let mut planned = before.clone();
        for instance in &instances {
            plan_power(&mut planned, instance, power).ok_or_else(|| {
                EngineError::NoInstance(environment.name.clone(), instance.clone())
            })?;
        }
        let cloud = self.cloud_of(&planned)?;
        let look = self.look(&**cloud, environment.id).await?;
        let known = resolve(&planned, &model::count::Sizing::Planned);
        let observed = look.collection().resolved(Purpose::BringUp, &known);
        let mut target = observed.clone();
        for instance in &instances {
            match target.resources.get_mut(instance) {
                Some(Resource::Instance(there)) => Arc::make_mut(there).power = power,
                _ => {
                    return Err(EngineError::NotThere(
                        environment.name.clone(),
                        instance.clone(),
                    ));
                }
            }
        }
        let cost = self.cost_in_words(&planned, &target).await?;
        let preview = self
            .judge(planned.clone(), observed, &target, look, None, cost)
            .await?;
        if preview.plan.steps.is_empty() && planned == before {
            return Ok(Outcome::NothingToDo(environment.id));
        }
        let act = Act::SetPower {
            environment: environment.id,
            instances,
            power,
        };
        let replanned = (planned != before).then(|| Replanned {
            from: from.number,
            revision: NewRevision {
                records: instance_records(&planned),
                topology: planned,
                layer: Layer::Planned,
                source: act.default_reason(),
                at: self.clock().now(),
            },
        });
        self.queue(request, environment, act, preview, None, replanned)
            .await
    }
}

/// Plans one instance so; none where the plan has no such instance.
fn plan_power(planned: &mut Topology, instance: &Key, power: Power) -> Option<()> {
    let (name, ordinal) = parse_instance(instance.name())?;
    let group = planned.groups.get_mut(&name)?;
    let there = group.ordinals(group.count.planned()).contains(&ordinal);
    let stopped = &mut group.stopped;
    there.then(|| match power {
        Power::Running => stopped.remove(&ordinal),
        Power::Stopped => stopped.insert(ordinal),
    })?;
    Some(())
}
