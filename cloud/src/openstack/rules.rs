//! Security rules, between our set and Neutron's list. Neutron keeps one rule per protocol, port,
//! source and sort of address; egress rules, which it makes by itself, are not ours.

use std::collections::{BTreeMap, BTreeSet};

use model::id::CloudId;
use model::key::Key;
use model::profile::Protocol;
use model::resource::{Remote, Rule};
use serde_json::{Value, json};

use super::wire::SecurityGroupRule;
use engine::port::CloudError;

/// A rule's body in Neutron's words. A source that is a group is meant for IPv4 unless said
/// otherwise, so there is one for each sort of address.
pub(super) fn bodies(
    group: &str,
    rule: &Rule,
    ids: &BTreeMap<Key, CloudId>,
) -> Result<Vec<Value>, CloudError> {
    let Rule {
        protocol,
        port,
        remote,
    } = rule;
    let body = |ethertype: &str| {
        let mut body = json!({
            "security_group_id": group,
            "direction": "ingress",
            "ethertype": ethertype,
            "protocol": match (protocol, ethertype) {
                (Protocol::Tcp, _) => "tcp",
                (Protocol::Udp, _) => "udp",
                (Protocol::Icmp, "IPv6") => "ipv6-icmp",
                (Protocol::Icmp, _) => "icmp",
            },
        });
        if *protocol != Protocol::Icmp {
            body["port_range_min"] = json!(port);
            body["port_range_max"] = json!(port);
        }
        body
    };
    match remote {
        Remote::Range(range) => {
            let mut body = body(if range.addr().is_ipv4() {
                "IPv4"
            } else {
                "IPv6"
            });
            body["remote_ip_prefix"] = json!(range.to_string());
            Ok(vec![body])
        }
        Remote::Group(key) => {
            let id = ids.get(key).ok_or_else(|| {
                CloudError::Refused(format!("{key} is not in the cloud, so nothing can name it"))
            })?;
            Ok(["IPv4", "IPv6"]
                .map(|ethertype| {
                    let mut body = body(ethertype);
                    body["remote_group_id"] = json!(id.as_str());
                    body
                })
                .to_vec())
        }
    }
}

/// Reads one of Neutron's rules; `key_of` gives the key of a security group of the same
/// environment. None for what is no rule of ours: egress, or a shape that we never make.
pub(super) fn read(rule: &SecurityGroupRule, key_of: impl Fn(&str) -> Option<Key>) -> Option<Rule> {
    if rule.direction != "ingress" {
        return None;
    }
    let protocol = match rule.protocol.as_deref()? {
        "tcp" | "6" => Protocol::Tcp,
        "udp" | "17" => Protocol::Udp,
        "icmp" | "1" | "ipv6-icmp" | "icmpv6" | "58" => Protocol::Icmp,
        _ => return None,
    };
    let port = match protocol {
        Protocol::Icmp => 0,
        Protocol::Tcp | Protocol::Udp => {
            let port = rule.port_range_min?;
            (rule.port_range_max == Some(port)).then_some(port)?
        }
    };
    let remote = match (&rule.remote_group_id, &rule.remote_ip_prefix) {
        (Some(group), _) => Remote::Group(key_of(group)?),
        (None, Some(range)) => Remote::Range(range.parse().ok()?),
        (None, None) => {
            let all = if rule.ethertype == "IPv6" {
                "::/0"
            } else {
                "0.0.0.0/0"
            };
            Remote::Range(all.parse().ok()?)
        }
    };
    Some(Rule {
        protocol,
        port,
        remote,
    })
}

/// Everything that a group's list says, as one set.
pub(super) fn set(
    rules: &[SecurityGroupRule],
    key_of: impl Fn(&str) -> Option<Key>,
) -> BTreeSet<Rule> {
    rules
        .iter()
        .filter_map(|rule| read(rule, &key_of))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::key::ResourceKind;

    use super::*;

    #[test]
    fn a_rule_comes_back_as_it_was_made() {
        let other = Key::new(ResourceKind::SecurityGroup, "infrastructure");
        let ids = BTreeMap::from([(other.clone(), CloudId::new("sg-2"))]);
        let remotes = [
            Remote::Range("0.0.0.0/0".parse().unwrap()),
            Remote::Range("::/0".parse().unwrap()),
            Remote::Range("192.0.2.0/24".parse().unwrap()),
            Remote::Group(other.clone()),
        ];
        for remote in remotes {
            for (protocol, port) in [
                (Protocol::Tcp, 80),
                (Protocol::Udp, 53),
                (Protocol::Icmp, 0),
            ] {
                let rule = Rule {
                    protocol,
                    port,
                    remote: remote.clone(),
                };
                let rows: Vec<SecurityGroupRule> = bodies("sg-1", &rule, &ids)
                    .unwrap()
                    .into_iter()
                    .map(|body| serde_json::from_value(body).unwrap())
                    .collect();
                let back = set(&rows, |id| (id == "sg-2").then(|| other.clone()));
                assert_eq!(back, BTreeSet::from([rule]));
            }
        }
    }

    #[test]
    fn what_neutron_makes_by_itself_is_not_ours() {
        let egress = SecurityGroupRule {
            direction: "egress".into(),
            ..SecurityGroupRule::default()
        };
        assert_eq!(read(&egress, |_| None), None);
    }
}
