//! A scenario held against what it is about: all that it names is there, and what it says is not so
//! anyway.

use model::name::GroupName;
use model::topology::Topology;

use super::Base;
use super::scenario::{COUNT, FLAVOR, Part, SECONDARY, Scenario, ScenarioError, TEMPORARY};
use crate::loss::Loss;
use crate::need::Choices;

impl Scenario {
    /// Whether all that it speaks of is there.
    pub fn check(&self, base: &Base) -> Result<(), ScenarioError> {
        for part in Part::ALL {
            let Choices { counts, flavors } = self.choices(part);
            let first = match (part, self.temporaries, self.with_secondary) {
                (Part::Temporary, Some(1..), _) => Some(TEMPORARY.to_owned()),
                (Part::Secondary, _, Some(true)) => Some(SECONDARY.to_owned()),
                _ => None,
            };
            let prefix = part.prefix();
            let counts = counts.keys().map(|group| (COUNT, group));
            let mut named = counts.chain(flavors.keys().map(|group| (FLAVOR, group)));
            let Some(topology) = base.topology(part) else {
                let first = first.or_else(|| {
                    let (what, group) = named.next()?;
                    Some(format!("{prefix}{what}{group}"))
                });
                match first {
                    Some(name) => return Err(ScenarioError::Missing(name, part.word())),
                    None => continue,
                }
            };
            for (what, group) in named {
                if !topology.groups.contains_key(group) {
                    let known: Vec<&str> = topology.groups.keys().map(GroupName::as_str).collect();
                    return Err(ScenarioError::Group {
                        name: format!("{prefix}{what}{group}"),
                        group: group.clone(),
                        environment: topology.environment.to_string(),
                        known: known.join(", "),
                    });
                }
            }
            for (group, flavor) in flavors {
                if !base.knows(topology, flavor) {
                    return Err(ScenarioError::Flavor {
                        name: format!("{prefix}{FLAVOR}{group}"),
                        flavor: flavor.clone(),
                        environment: topology.environment.to_string(),
                    });
                }
            }
        }
        self.check_lost(base.production)
    }

    fn check_lost(&self, topology: &Topology) -> Result<(), ScenarioError> {
        for loss in &self.lost {
            match loss {
                Loss::Member(group, ordinal) => {
                    let there = topology.groups.get(group).is_some_and(|spec| {
                        let count = self.production.count(group, spec.count);
                        spec.ordinals(count.max()).contains(ordinal)
                    });
                    if !there {
                        return Err(ScenarioError::Member {
                            group: group.clone(),
                            ordinal: *ordinal,
                        });
                    }
                }
                Loss::Site(site) => {
                    let known =
                        topology.site.as_ref() == Some(site) || topology.sites.contains_key(site);
                    if !known {
                        return Err(ScenarioError::Site {
                            site: site.clone(),
                            environment: topology.environment.to_string(),
                        });
                    }
                }
                // Which there are, only the cloud knows, and not of all instances.
                Loss::Host(_) | Loss::AnyHost | Loss::Zone(_) => {}
            }
        }
        Ok(())
    }

    /// This without what is so anyway: a form sends every field, those that nobody touched too.
    #[must_use]
    pub fn without_what_is_so(self, base: &Base) -> Self {
        self.on_top_of(&Self::default(), base)
    }

    /// What of this says something else than another that lies beneath it: stacked over that one it
    /// comes to the same. What is planned is said where the other says otherwise.
    #[must_use]
    pub fn on_top_of(mut self, beneath: &Self, base: &Base) -> Self {
        for part in Part::ALL {
            let Some(topology) = base.topology(part) else {
                continue;
            };
            let under = beneath.choices(part);
            let Choices { counts, flavors } = self.choices_mut(part);
            counts.retain(|name, n| {
                let own = topology.groups.get(name);
                own.is_none_or(|own| match under.counts.get(name) {
                    Some(other) => other != n,
                    None => own.count.planned() != *n,
                })
            });
            flavors.retain(|name, flavor| {
                let own = topology.groups.get(name);
                own.is_none_or(|own| match under.flavors.get(name) {
                    Some(other) => other != flavor,
                    // Instances that were seen with another flavor would get this one.
                    None => {
                        own.flavor.fixed() != Some(flavor)
                            || own.instances.values().any(|facts| facts.flavor.is_some())
                    }
                })
            });
        }
        let number = beneath.temporaries.unwrap_or(0);
        self.temporaries = self.temporaries.filter(|own| *own != number);
        let with = beneath.with_secondary.unwrap_or(false);
        self.with_secondary = self.with_secondary.filter(|own| *own != with);
        self.lost.retain(|loss| !beneath.lost.contains(loss));
        self
    }
}
