//! How a simulated cloud is set up: where its file is, how long things take there, how much it
//! has. No flavor and no image stands in here: those come from whoever opens it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net};
use model::flavor::Flavor;
use model::name::{FlavorName, ImageName, VolumeTypeName};
use plan::offers::QuotaKind;

use super::world::Millis;

/// How long something takes: a time between two, chosen by the seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    /// The shortest.
    pub min: Duration,
    /// The longest; the shortest where this is less.
    pub max: Duration,
}

impl Delay {
    /// No time at all.
    pub const NONE: Self = Self::millis(0, 0);

    /// Between so many seconds and so many.
    pub const fn seconds(min: u64, max: u64) -> Self {
        Self {
            min: Duration::from_secs(min),
            max: Duration::from_secs(max),
        }
    }

    /// Between so many milliseconds and so many.
    pub const fn millis(min: u64, max: u64) -> Self {
        Self {
            min: Duration::from_millis(min),
            max: Duration::from_millis(max),
        }
    }

    /// The time for one occasion: the same seed and occasion give the same time, whatever else
    /// happens at the same moment.
    pub(super) fn choose(self, seed: u64, occasion: &str) -> Millis {
        let millis = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
        let (min, max) = (millis(self.min), millis(self.max).max(millis(self.min)));
        let chosen = min + scatter(seed, occasion) % (max - min).saturating_add(1);
        // A day is more than any delay here means, and keeps sums of times from overflowing.
        Millis::try_from(chosen.min(86_400_000)).unwrap_or(86_400_000)
    }
}

/// A number that looks like chance and is none: FNV-1a over the text, mixed with the seed. Written
/// out, because a library's hash may change with its version and would change every delay.
pub(super) fn scatter(seed: u64, text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// How a simulated cloud is set up.
///
/// What the cloud *has* is kept in its file: flavors and images given here are offered beside those
/// that it has (a flavor of the same name is replaced), and quotas given here count only where the
/// file has none of that kind yet. How it *behaves* (seed, delays, hosts, pool) is for each process
/// that opens it to say; what was once decided (when a server becomes ACTIVE) stays decided.
#[derive(Clone, Debug)]
pub struct SimulatedConfig {
    /// The file that the cloud lives in, made where it isn't there; its folder must be.
    pub file: PathBuf,
    /// What the delays are chosen by.
    pub seed: u64,
    /// How long a server is BUILD.
    pub build: Delay,
    /// How long a volume or a snapshot is `creating`, and an image `saving`.
    pub volume: Delay,
    /// How long a server is RESIZE or stopping, and a volume `extending`.
    pub change: Delay,
    /// How long a server, a volume or a snapshot is `deleting`.
    pub delete: Delay,
    /// How long every other kind takes to be ready, and to be gone.
    pub other: Delay,
    /// How long after it is ACTIVE a machine reports that it is ready, where it is told to.
    pub report: Delay,
    /// The hypervisors: what limits a server group.
    pub hosts: u32,
    /// How many things a page holds.
    pub page_size: usize,
    /// The ranges that public addresses are taken from.
    pub address_pool: Vec<IpNet>,
    /// How much there may be; no limit where a kind is missing.
    pub quotas: BTreeMap<QuotaKind, u64>,
    /// Flavors that are offered beside those in the file.
    pub flavors: BTreeMap<FlavorName, Flavor>,
    /// Images that are offered beside those in the file.
    pub images: BTreeSet<ImageName>,
    /// Types of volumes that are offered beside those in the file.
    pub volume_types: BTreeSet<VolumeTypeName>,
    /// How old a request may be when its turn comes; an older one has no effect. Also how long one
    /// waits for others to be done with the file.
    pub request_timeout: Duration,
    /// How long a request of a dead process may still have its effect. Zero, because the simulated
    /// cloud lives in the process that calls it: when that dies, so does a request which was not
    /// committed, and there is no proxy or queue in which it could go on. Where that process is
    /// only stopped, either its request has the file, and every answer waits for it, or it is too
    /// old once it goes on. A real cloud's is longer.
    pub request_lifetime: Duration,
}

impl SimulatedConfig {
    /// The default cloud in a file.
    pub fn at(file: impl Into<PathBuf>) -> Self {
        Self {
            file: file.into(),
            ..Self::default()
        }
    }

    /// This without delays, for whoever has no time to watch.
    #[must_use]
    pub fn without_delays(self) -> Self {
        Self {
            build: Delay::NONE,
            volume: Delay::NONE,
            change: Delay::NONE,
            delete: Delay::NONE,
            other: Delay::NONE,
            report: Delay::NONE,
            ..self
        }
    }
}

impl Default for SimulatedConfig {
    fn default() -> Self {
        Self {
            file: "simulated-cloud.sqlite".into(),
            seed: 1,
            build: Delay::seconds(2, 8),
            volume: Delay::seconds(1, 3),
            change: Delay::seconds(2, 5),
            delete: Delay::seconds(1, 3),
            other: Delay::NONE,
            report: Delay::seconds(1, 4),
            hosts: 16,
            page_size: 1000,
            // TEST-NET-3 (RFC 5737): addresses that are nobody's.
            address_pool: vec![Ipv4Net::new_assert(Ipv4Addr::new(203, 0, 113, 0), 24).into()],
            // Room for the environments that a first user tries, with an end that can be reached.
            quotas: BTreeMap::from([
                (QuotaKind::Instances, 60),
                (QuotaKind::Vcpus, 240),
                (QuotaKind::RamMib, 480 * 1024),
                (QuotaKind::Volumes, 60),
                (QuotaKind::VolumeGib, 4000),
                (QuotaKind::Snapshots, 60),
                (QuotaKind::FloatingIps, 60),
                (QuotaKind::Networks, 20),
                (QuotaKind::Subnets, 20),
                (QuotaKind::Routers, 20),
                (QuotaKind::SecurityGroups, 60),
                (QuotaKind::SecurityRules, 1000),
                (QuotaKind::ServerGroups, 60),
                (QuotaKind::Keypairs, 100),
                (QuotaKind::Ports, 200),
            ]),
            flavors: BTreeMap::new(),
            images: BTreeSet::new(),
            volume_types: BTreeSet::new(),
            request_timeout: Duration::from_secs(5),
            request_lifetime: Duration::ZERO,
        }
    }
}
