//! Allocation pools: Neutron gives addresses of a subnet's pools to whoever asks for none in
//! particular. What is named for somebody is left out of the pools, or it might be given away
//! before; its owner can still ask for it.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde_json::{Value, json};

use super::wire;

/// Addresses outside of pools beyond this are not ours: we name single ones.
const MANY: usize = 4096;

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn address(number: u128, like: IpAddr) -> IpAddr {
    match like {
        // Nothing of a range of IPv4 is beyond it.
        IpAddr::V4(_) => Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX)).into(),
        IpAddr::V6(_) => Ipv6Addr::from_bits(number).into(),
    }
}

/// The first and the last address that Neutron would give by itself: behind the gateway's, up to
/// the broadcast address.
fn bounds(range: IpNet) -> (u128, u128) {
    let (first, last) = (number(range.network()), number(range.broadcast()));
    let last = if range.addr().is_ipv4() {
        last.saturating_sub(1)
    } else {
        last
    };
    (first.saturating_add(2), last)
}

/// The pools of a range without some addresses.
pub(super) fn without(range: IpNet, reserved: &BTreeSet<IpAddr>) -> Value {
    let (mut next, last) = bounds(range);
    let mut pools = Vec::new();
    let mut pool = |start: u128, end: u128| {
        if start <= end {
            let text = |n| address(n, range.addr()).to_string();
            pools.push(json!({ "start": text(start), "end": text(end) }));
        }
    };
    for taken in reserved.iter().map(|address| number(*address)) {
        if taken >= next && taken <= last {
            pool(next, taken.saturating_sub(1));
            next = taken.saturating_add(1);
        }
    }
    pool(next, last);
    Value::Array(pools)
}

/// The addresses of a range that are in no pool.
pub(super) fn reserved(range: IpNet, row: &wire::Subnet) -> BTreeSet<IpAddr> {
    let (mut next, last) = bounds(range);
    let mut pools: Vec<(u128, u128)> = row
        .allocation_pools
        .iter()
        .filter_map(|pool| {
            let end = |text: &str| text.parse().ok().map(number);
            Some((end(&pool.start)?, end(&pool.end)?))
        })
        .collect();
    pools.sort_unstable();
    // A list that was not told is no list of none.
    if pools.is_empty() {
        return BTreeSet::new();
    }
    let mut outside = BTreeSet::new();
    let gateway = row.gateway_ip.as_deref().and_then(|text| text.parse().ok());
    let mut add = |from: u128, to: u128| {
        for n in from..to {
            if outside.len() >= MANY {
                break;
            }
            let address = address(n, range.addr());
            if Some(address) != gateway {
                outside.insert(address);
            }
        }
    };
    for (start, end) in pools {
        add(next, start.min(last.saturating_add(1)));
        next = next.max(end.saturating_add(1));
    }
    add(next, last.saturating_add(1));
    outside
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn subnet(cidr: &str, pools: &Value) -> (IpNet, wire::Subnet) {
        let row = json!({
            "cidr": cidr, "allocation_pools": pools,
            "gateway_ip": cidr.parse::<IpNet>().unwrap().hosts().nth(usize::from(cidr.contains(':'))),
        });
        (cidr.parse().unwrap(), serde_json::from_value(row).unwrap())
    }

    #[test]
    fn what_is_left_out_of_the_pools_is_read_again() {
        for (cidr, taken) in [
            ("10.0.0.0/24", vec![]),
            ("10.0.0.0/24", vec!["10.0.0.2", "10.0.0.254", "10.0.0.100"]),
            ("10.0.0.0/29", vec!["10.0.0.3", "10.0.0.4"]),
            ("fd00::/64", vec![]),
            (
                "fd00::/64",
                vec!["fd00::2", "fd00::a:0:0:1", "fd00::ffff:ffff:ffff:ffff"],
            ),
        ] {
            let taken: BTreeSet<IpAddr> = taken.iter().map(|text| text.parse().unwrap()).collect();
            let range: IpNet = cidr.parse().unwrap();
            let (range, row) = subnet(cidr, &without(range, &taken));
            assert_eq!(reserved(range, &row), taken, "{cidr}");
        }
    }

    #[test]
    fn the_pools_that_neutron_makes_by_itself_reserve_nothing() {
        let v4 = json!([{ "start": "10.0.0.2", "end": "10.0.0.254" }]);
        let v6 = json!([{ "start": "fd00::2", "end": "fd00::ffff:ffff:ffff:ffff" }]);
        let other = json!([
            { "start": "10.0.0.100", "end": "10.0.0.254" },
            { "start": "10.0.0.1", "end": "10.0.0.98" },
        ]);
        for (cidr, pools, expected) in [
            ("10.0.0.0/24", v4, None),
            ("fd00::/64", v6, None),
            ("10.0.0.0/24", json!([]), None),
            ("10.0.0.0/24", other, Some("10.0.0.99")),
        ] {
            let (range, row) = subnet(cidr, &pools);
            let expected: BTreeSet<IpAddr> = expected
                .into_iter()
                .map(|text| text.parse().unwrap())
                .collect();
            assert_eq!(reserved(range, &row), expected, "{cidr} {pools}");
        }
    }

    #[test]
    fn a_pool_that_somebody_cut_short_does_not_fill_the_memory() {
        let pools = json!([{ "start": "fd00::2", "end": "fd00::ff" }]);
        let (range, row) = subnet("fd00::/64", &pools);
        assert_eq!(reserved(range, &row).len(), MANY);
    }
}
