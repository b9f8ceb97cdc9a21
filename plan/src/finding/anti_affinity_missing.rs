//! Instances alike that may all be put on one host: nothing says `placement`. Only of what is
//! planned: where something that runs stands, and why, an observed state doesn't say. Work in the
//! background may wait for its host.

use model::environment::Layer;
use model::group::Placement;
use model::profile::Category;

use super::words::{counted, is_live, redundancy};
use super::{Finding, Rule, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let topology = around.topology;
    let Some(severity) = redundancy(topology.kind) else {
        return;
    };
    match topology.layer {
        Layer::Planned => {}
        Layer::Observed => return,
    }
    for (name, group) in &topology.groups {
        match group.category {
            Category::Application | Category::Infrastructure => {}
            Category::Process => continue,
        }
        match group.placement {
            Placement::Any => {}
            Placement::Spread | Placement::SpreadWith(_) => continue,
        }
        let planned = group.count.planned();
        if planned < 2 || !is_live(group) {
            continue;
        }
        into.push(Finding {
            rule: Rule::AntiAffinityMissing,
            severity,
            subject: name.to_string(),
            what: format!(
                "nothing keeps the {} of {name} on hosts of their own",
                counted(planned.into(), "instance", "instances")
            ),
            evidence: format!("count {}; placement any", group.count),
            effect: "the cloud may put them on one host, and they fail together with it".into(),
            remedy: format!("write `placement: spread` for {name}"),
        });
    }
}
