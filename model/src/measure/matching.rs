//! Which instance a monitor's target is: by address, else by the name that it has or gives itself, within
//! the environment that it is labelled with where it is. A copy has the names and often the addresses of
//! what it was copied from, so whoever could be two is nobody's, and that is told.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use crate::id::EnvironmentId;
use crate::key::Key;
use crate::name::EnvironmentName;

use super::prometheus::{Target, Targets};

/// An instance that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its environment.
    pub environment: EnvironmentId,
    /// What that is called.
    pub environment_name: EnvironmentName,
    /// The instance.
    pub instance: Key,
    /// Its host name.
    pub host_name: String,
    /// All its addresses that are known.
    pub addresses: Vec<IpAddr>,
}

/// Why a target is no instance that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoMatch {
    /// Nobody has its address or its name.
    Nobody,
    /// These have.
    Several(Vec<String>),
}

impl fmt::Display for NoMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str(
                "no instance has its address or its name: give the target the host's address or name, as \
                 it is known here",
            ),
            Self::Several(who) => write!(
                f,
                "it could be {}: give the target a label `environment` with the name of its environment",
                who.join(" or ")
            ),
        }
    }
}

/// The host of `host:port`.
fn host(instance: &str) -> &str {
    if let Some((address, _)) = instance
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        return address;
    }
    match instance.rsplit_once(':') {
        Some((host, port))
            if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            host
        }
        _ => instance,
    }
}

/// Whether two host names are of the same host, as far as both say: `db1` is `db1.example.org`.
fn same_name(one: &str, other: &str) -> bool {
    if one.is_empty() || other.is_empty() {
        return false;
    }
    let first = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    let both_long = one.contains('.') && other.contains('.');
    if both_long {
        one.eq_ignore_ascii_case(other)
    } else {
        first(one) == first(other)
    }
}

/// The instance of each target, as its place among those that are known.
pub fn matched(targets: &Targets, known: &[Known]) -> BTreeMap<Target, Result<usize, NoMatch>> {
    targets
        .all()
        .map(|target| {
            let own = targets.names.get(target).map(String::as_str);
            (target.clone(), one_of(target, own, known))
        })
        .collect()
}

fn one_of(target: &Target, own: Option<&str>, known: &[Known]) -> Result<usize, NoMatch> {
    let host = host(&target.instance);
    let here: Vec<(usize, &Known)> = known
        .iter()
        .enumerate()
        .filter(|(_, one)| {
            let label = target.environment.as_deref();
            label.is_none_or(|label| label == one.environment_name.as_str())
        })
        .collect();
    let named =
        |one: &Known, name: Option<&str>| name.is_some_and(|name| same_name(&one.host_name, name));
    let by_address: Vec<(usize, &Known)> = match host.parse::<IpAddr>() {
        // Every host calls itself so.
        Ok(address) if address.is_loopback() => Vec::new(),
        Ok(address) => {
            let has = |one: &Known| one.addresses.contains(&address);
            here.iter().copied().filter(|(_, one)| has(one)).collect()
        }
        Err(_) => here
            .iter()
            .copied()
            .filter(|(_, one)| named(one, Some(host)))
            .collect(),
    };
    let candidates = match by_address.as_slice() {
        [] => here
            .iter()
            .copied()
            .filter(|(_, one)| named(one, own))
            .collect(),
        [_] => by_address,
        // Of those with the address the one with the name, where that is one.
        _ => {
            let narrowed: Vec<_> = by_address
                .iter()
                .copied()
                .filter(|(_, one)| named(one, own))
                .collect();
            if narrowed.is_empty() {
                by_address
            } else {
                narrowed
            }
        }
    };
    match candidates.as_slice() {
        [] => Err(NoMatch::Nobody),
        [(place, _)] => Ok(*place),
        several => Err(NoMatch::Several(
            several
                .iter()
                .take(4)
                .map(|(_, one)| format!("{} of {}", one.instance.name(), one.environment_name))
                .collect(),
        )),
    }
}
