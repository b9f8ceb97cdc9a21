//! Rules that are there stay; only what differs is asked for.

use std::collections::{BTreeMap, BTreeSet};

use cloud::openstack::recording::{Exchange, Said, Told};
use cloud::openstack::transport::{Answer, Call, Service};
use engine::port::{Cloud, Done};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::profile::Protocol;
use model::resource::{Remote, Resource, Rule, SecurityRules};
use serde_json::{Value, json};

use crate::played::{play, up};

/// Rules are called by the id of their group, so both keys stand beside each other in what the
/// engine knows of the cloud.
#[tokio::test]
async fn a_rule_whose_source_is_a_group_is_known_when_it_is_seen_again() {
    let group = Key::new(ResourceKind::SecurityGroup, "application");
    let rules = Key::new(ResourceKind::SecurityRules, "application");
    let id = CloudId::new("sg-1");
    let ids = BTreeMap::from([(group.clone(), id.clone()), (rules, id.clone())]);
    let of = |ports: &[u16]| {
        let rule = |port: &u16| Rule {
            protocol: Protocol::Tcp,
            port: *port,
            remote: Remote::Group(group.clone()),
        };
        Resource::from(SecurityRules {
            group: group.clone(),
            rules: ports.iter().map(rule).collect::<BTreeSet<Rule>>(),
        })
    };
    let row = |ethertype: &str, port: u16| {
        json!({
            "id": format!("{ethertype}-{port}"), "direction": "ingress", "ethertype": ethertype,
            "protocol": "tcp", "port_range_min": port, "port_range_max": port,
            "remote_group_id": "sg-1",
        })
    };
    let there = json!({"security_group": {
        "id": "sg-1", "name": "application",
        "security_group_rules": [
            row("IPv4", 80), row("IPv6", 80), row("IPv4", 443), row("IPv6", 443),
        ],
    }});
    let answered = |call: Call, status: u16, body: Value| Exchange {
        at: "2026-11-20T15:00:00Z".parse().unwrap(),
        ms: 1,
        said: Said::Send {
            call,
            told: Told::Answer(Answer {
                status,
                retry_after: None,
                request_id: None,
                body,
            }),
        },
    };
    let path = |what: &str| format!("security-group-rules/{what}");
    let mut recording = up();
    recording.exchanges = vec![
        answered(
            Call::get(Service::Network, "security-groups/sg-1"),
            200,
            there,
        ),
        answered(
            Call::delete(Service::Network, path("IPv4-443")),
            204,
            Value::Null,
        ),
        answered(
            Call::delete(Service::Network, path("IPv6-443")),
            204,
            Value::Null,
        ),
    ];
    // Anything but the two removals has no answer in the recording, and would fail.
    let cloud = play(recording);
    let done = cloud
        .update(&id, &of(&[80, 443]), &of(&[80]), &ids)
        .await
        .unwrap();
    assert_eq!(done, Done::Already);
}
