//! Networks: Neutron's extensions that we rely on, and the way out of the cloud.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::offers::{Pool, pool};
use super::super::transport::{Call, Service};
use super::super::{OpenStack, meant, wire};
use super::{About, Check, Verdict};

/// Extensions by alias: how bad it is without, why they matter, what to do.
const EXTENSIONS: [(&str, Verdict, &str, &str); 6] = [
    (
        "router",
        Verdict::Missing,
        "environments reach the outside through a router of their own",
        "ask the cloud's administrators for the L3 extension",
    ),
    (
        "external-net",
        Verdict::Missing,
        "routers and public addresses need to know which network is outside",
        "ask the cloud's administrators for the L3 extension",
    ),
    (
        "security-group",
        Verdict::Missing,
        "who may reach whom is kept in security groups",
        "ask the cloud's administrators for security groups",
    ),
    (
        "standard-attr-description",
        Verdict::Missing,
        "networks, routers, security groups and public addresses carry our mark in their \
         description: without it nobody could tell what may be removed",
        "Understudy can't be used on this cloud before it has this extension (Neutron since \
         2016): ask its administrators",
    ),
    (
        "quota_details",
        Verdict::Limited,
        "what is used of network quotas is told with it; without, a plan that exceeds one fails \
         while it is carried out",
        "nothing, until the cloud is upgraded",
    ),
    (
        "standard-attr-timestamp",
        Verdict::Limited,
        "the inventory shows when a network or a public address was made",
        "nothing, until the cloud is upgraded",
    ),
];

const OUTSIDE: &str = "routers and public addresses lead there";
const ENOUGH: &str = "a plan is refused beforehand where the addresses don't suffice";

impl OpenStack {
    pub(super) async fn examine_network(&self) -> Vec<Check> {
        let call = Call::get(Service::Network, "extensions");
        let mut checks = of_extensions(&self.read(call).await.unwrap_or_default());
        let call = Call::get(Service::Network, "networks").with("router:external", "true");
        match self.read(call).await {
            Ok(mut body) => {
                let seen: Vec<wire::Network> = wire::entries(&mut body, "networks");
                let wanted = self.options.external_network.as_deref();
                match of_external(&seen, wanted, self.name.as_str()) {
                    Ok((network, check)) => {
                        checks.push(check);
                        checks.push(self.examine_addresses(network).await);
                    }
                    Err(check) => checks.push(check),
                }
            }
            Err(error) => checks.push(Check::missing(
                About::ExternalNetwork,
                error.to_string(),
                OUTSIDE,
                "ask the cloud's administrators to let this project list networks",
            )),
        }
        checks
    }

    async fn examine_addresses(&self, network: &wire::Network) -> Check {
        let about = About::FreeAddresses;
        let told = self.read(pool(&network.id)).await.unwrap_or_default();
        match Pool::of(&told) {
            Some(Pool { total, used }) if used < total => {
                let free = total - used;
                Check::ok(
                    about,
                    format!("{free} of {total} on {}", network.name),
                    ENOUGH,
                )
            }
            Some(Pool { total, used: _ }) => Check::limited(
                about,
                format!("none of {total} on {}", network.name),
                ENOUGH,
                "give public addresses back that nobody uses",
            ),
            None => Check::limited(
                about,
                "not told to this credential",
                ENOUGH,
                "nothing: plans say that it wasn't checked, and the quota of public addresses \
                 still is",
            ),
        }
    }
}

fn of_extensions(body: &Value) -> Vec<Check> {
    let there: BTreeSet<&str> = body["extensions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|extension| extension["alias"].as_str())
        .collect();
    EXTENSIONS
        .iter()
        .map(|(alias, without, why, remedy)| {
            let about = About::Extension(alias);
            if there.contains(alias) {
                Check::ok(about, "there", why)
            } else {
                Check {
                    verdict: *without,
                    ..Check::limited(about, "not there", why, *remedy)
                }
            }
        })
        .collect()
}

/// The one external network with what to say of it, or why there isn't one.
fn of_external<'n>(
    seen: &'n [wire::Network],
    wanted: Option<&str>,
    cloud: &str,
) -> Result<(&'n wire::Network, Check), Check> {
    let about = About::ExternalNetwork;
    let names: Vec<&str> = seen.iter().map(|network| network.name.as_str()).collect();
    let write =
        |name: &str| format!("write `external_network: {name}` below `{cloud}:` in clouds.yaml");
    match (meant(seen, wanted).as_slice(), wanted, names.as_slice()) {
        ([one], Some(_), _) => Ok((
            one,
            Check::ok(about, format!("{}, as clouds.yaml says", one.name), OUTSIDE),
        )),
        ([one], None, _) => Ok((
            one,
            Check::ok(about, format!("{}, the only one seen", one.name), OUTSIDE),
        )),
        (_, _, []) => Err(Check::missing(
            about,
            "the project sees none",
            OUTSIDE,
            "ask the cloud's administrators to share one with this project",
        )),
        ([], wanted, [first, ..]) => Err(Check::missing(
            about,
            format!(
                "no `{}`, which clouds.yaml names; seen: {}",
                wanted.unwrap_or_default(),
                names.join(", ")
            ),
            OUTSIDE,
            write(first),
        )),
        ([first, ..], _, _) => Err(Check::missing(
            about,
            format!("several are seen: {}", names.join(", ")),
            OUTSIDE,
            if wanted.is_some() {
                write(&first.id)
            } else {
                format!("{}, or another of them", write(&first.name))
            },
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn network(name: &str) -> wire::Network {
        wire::Network {
            id: format!("id-of-{name}"),
            name: name.to_owned(),
            ..wire::Network::default()
        }
    }

    #[test]
    fn without_a_place_for_the_mark_the_cloud_can_not_be_used() {
        let body = json!({"extensions": [
            {"alias": "router"}, {"alias": "external-net"}, {"alias": "security-group"},
        ]});
        let checks = of_extensions(&body);
        let of = |alias| {
            let check = checks
                .iter()
                .find(|check| check.about == About::Extension(alias));
            check.unwrap().verdict
        };
        assert_eq!(of("router"), Verdict::Ok);
        assert_eq!(of("standard-attr-description"), Verdict::Missing);
        assert_eq!(of("quota_details"), Verdict::Limited);
    }

    #[test]
    fn the_external_network_is_found_or_what_to_write_is_told() {
        let (a, b) = (network("a"), network("b"));
        let one = [a.clone()];
        assert_eq!(of_external(&one, None, "lab").unwrap().0.name, "a");
        let two = [a, b.clone()];
        assert_eq!(of_external(&two, Some("b"), "lab").unwrap().0.name, "b");
        assert_eq!(
            of_external(&two, Some("id-of-b"), "lab").unwrap().0.name,
            "b"
        );
        let several = of_external(&two, None, "lab").unwrap_err();
        assert_eq!(several.verdict, Verdict::Missing);
        assert!(several.found.contains("a, b"));
        let remedy = several.remedy.unwrap();
        assert!(remedy.contains("external_network: a") && remedy.contains("`lab:`"));
        let other = of_external(&two, Some("c"), "lab").unwrap_err();
        assert!(other.found.contains("no `c`"));
        let none = of_external(&[], Some("c"), "lab").unwrap_err();
        assert!(none.found.contains("sees none"));
        let twins = [b.clone(), b];
        let alike = of_external(&twins, Some("b"), "lab").unwrap_err();
        assert!(alike.remedy.unwrap().contains("id-of-b"));
    }
}
