//! The states around a plan: what was there before it, and what is there after it, as far as it
//! touches anything.

use model::key::Key;
use model::resolved::Resolved;
use plan::Plan;
use plan::steps::{Expected, StepAct};

/// What was there before a plan, as far as the plan touched it; what the cloud had chosen, and still
/// has, stays as it is.
pub(super) fn before(plan: &Plan, observed: &Resolved) -> Resolved {
    let mut target = observed.clone();
    for (key, expected) in &plan.footprint {
        match expected {
            Expected::Absent => {
                target.resources.remove(key);
            }
            Expected::Present { resource } => {
                target.resources.insert(key.clone(), resource.given_back());
            }
        }
    }
    target.without_chosen_addresses()
}

/// What is there after a plan, as far as the plan touched it.
pub(super) fn after(plan: &Plan, observed: &Resolved) -> Resolved {
    let mut target = observed.clone();
    for step in &plan.steps {
        match &step.act {
            StepAct::Create { resource }
            | StepAct::Update {
                before: _,
                after: resource,
            } => {
                target.resources.insert(step.key.clone(), resource.clone());
            }
            StepAct::Delete { .. } => {
                target.resources.remove(&step.key);
            }
        }
    }
    target
}

/// Whether a plan makes anew what it takes away.
pub(super) fn observed_again(plan: &Plan, key: &Key) -> bool {
    plan.steps
        .iter()
        .any(|step| &step.key == key && matches!(step.act, StepAct::Create { .. }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;
    use std::sync::Arc;

    use model::count::Sizing;
    use model::key::ResourceKind;
    use model::name::NetworkName;
    use model::resolved::resolve;
    use model::resource::{FloatingIp, Network, Resource, Router, RouterInterface, Subnet};
    use model::value::Value;

    use super::*;

    /// Found on OpenStack: whoever may have an address may not say which.
    #[test]
    fn the_way_back_names_no_address_that_was_given_back() {
        let key = |name: &str| Key::new(ResourceKind::FloatingIp, name);
        let address = |address: &str| {
            Resource::FloatingIp(FloatingIp {
                address: Value::Fixed(address.parse().unwrap()),
                instance: None,
                network: NetworkName::new("inner").unwrap(),
            })
        };
        let (kept, given) = (key("app[1]"), key("app[2]"));
        // Where they lead through stays, so it is no part of the plan.
        let inner = |kind| Key::new(kind, "inner");
        let (network, subnet) = (inner(ResourceKind::Network), inner(ResourceKind::Subnet));
        let router = Key::new(ResourceKind::Router, "main");
        let way = BTreeMap::from([
            (network.clone(), Network {}.into()),
            (router.clone(), Router {}.into()),
            (
                subnet.clone(),
                Subnet {
                    network,
                    cidr: "10.1.0.0/24".parse().unwrap(),
                    reserved: [].into(),
                }
                .into(),
            ),
            (
                inner(ResourceKind::RouterInterface),
                RouterInterface { router, subnet }.into(),
            ),
        ]);
        let mut all = Resolved {
            resources: way,
            ..Resolved::default()
        };
        let target = all.clone();
        all.resources.insert(kept, address("203.0.113.1"));
        all.resources.insert(given.clone(), address("203.0.113.2"));
        let forward = plan::plan(&all, &target).unwrap();
        let mut observed = all.clone();
        observed.resources.remove(&given);
        let back = plan::plan(&observed, &before(&forward, &observed)).unwrap();
        let steps: Vec<_> = back
            .steps
            .iter()
            .map(|step| (&step.key, &step.act))
            .collect();
        let [
            (
                key,
                StepAct::Create {
                    resource: Resource::FloatingIp(ip),
                },
            ),
        ] = steps.as_slice()
        else {
            panic!("{steps:?}");
        };
        assert_eq!((*key, &ip.address), (&given, &Value::AssignedByCloud));
    }

    /// An address that the cloud had chosen may be somebody else's by now; one that was named is
    /// kept for its instance.
    #[test]
    fn the_way_back_asks_for_the_addresses_that_were_named() {
        let text = "environment: shop\nkind: temporary\n\
            flavors: { small: { vcpus: 1, ram: 1 GiB, disk: 1 GiB } }\n\
            networks: { inner: { cidr: 10.1.0.0/24 } }\n\
            groups:\n  app:\n    category: application\n    count: 2\n    flavor: small\n    \
            image: debian\n    networks: [inner]\n    addresses: { inner: [10.1.0.9] }\n";
        let Ok(model::file::Document::Environment(topology)) = model::file::parse("t", text) else {
            panic!("an environment");
        };
        let wanted = resolve(&topology, &Sizing::Planned);
        let mut there = wanted.clone();
        let second = Key::new(ResourceKind::Instance, "app[2]");
        let inner = NetworkName::new("inner").unwrap();
        if let Some(Resource::Instance(instance)) = there.resources.get_mut(&second) {
            let chosen =
                BTreeMap::from([(inner.clone(), Value::Fixed("10.1.0.2".parse().unwrap()))]);
            Arc::make_mut(instance).networks = Arc::new(chosen);
        }
        let mut smaller = topology.clone();
        smaller.groups.clear();
        smaller.networks = topology.networks.clone();
        let forward = plan::plan(&there, &resolve(&smaller, &Sizing::Planned)).unwrap();
        let mut observed = there.clone();
        observed
            .resources
            .retain(|key, _| key.kind != ResourceKind::Instance);
        let back = plan::plan(&observed, &before(&forward, &observed)).unwrap();
        let address = |name: &str| {
            back.steps.iter().find_map(|step| match &step.act {
                StepAct::Create {
                    resource: Resource::Instance(instance),
                } if step.key.name() == name => instance.networks.get(&inner).cloned(),
                _ => None,
            })
        };
        let named: std::net::IpAddr = "10.1.0.9".parse().unwrap();
        assert_eq!(address("app[1]"), Some(Value::Fixed(named)));
        assert_eq!(address("app[2]"), Some(Value::AssignedByCloud));
    }
}
