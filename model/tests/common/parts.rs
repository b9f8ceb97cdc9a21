//! The small parts: texts, counts, sizes, dates, facts.

use std::str::FromStr;

use chrono::DateTime;
use model::count::Count;
use model::facts::{
    DatedFact, DeclaredTotal, DeclaredWhat, FileSystem, InstanceFacts, LoadAverages,
    ObservedVolume, OsRelease, Report,
};
use model::name::VolumeTypeName;
use model::profile::{Category, Lifecycle};
use model::rule::{Mute, Rule};
use model::unit::{Gib, Hundredths, Mib};
use model::value::Value;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::net::IpAddr;

/// Texts that are hard to write and read back.
const HARD_TEXTS: &[&str] = &[
    "",
    " ",
    "null",
    "~",
    "true",
    "no",
    "0.20",
    "012",
    "1e3",
    "0x1F",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#c",
    "*x",
    "&y",
    "!t",
    "| x",
    "> x",
    "%d",
    "@a",
    "`b`",
    "'q'",
    "\"q\"",
    "\\n",
    "a\nb",
    "a\n",
    "\n",
    "\na",
    "  a\n b",
    "a\r\nb",
    "\ttab",
    "tab\t",
    " space",
    "space ",
    "[a]",
    "{a: b}",
    "a,b",
    "unknown",
    "assigned",
    "2013-08-31",
    "...",
    "---",
    "--- a",
    "\u{85}",
    "\u{2028}",
    "\u{feff}x",
    "\u{0}",
    "\u{7f}",
    "é ü 漢字 🦀",
    "? a",
    ": a",
    "a:",
    "=",
    "<<",
    "a long line of words that goes \
    on beyond eighty characters so that whoever writes it may want to fold it somewhere in here",
    "words that go on beyond eighty characters and then\nhave a line break, with trailing space \nand more\n\n",
];

/// Any text.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,8}( [a-z]{1,8}){0,3}",
        2 => select(HARD_TEXTS).prop_map(str::to_owned),
        1 => "\\PC{0,20}",
        1 => proptest::collection::vec(any::<char>(), 0..12).prop_map(|c| c.into_iter().collect()),
    ]
}

pub(super) fn name<N: FromStr>(text: &str) -> N
where
    N::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub(super) fn pick<'a, T: ?Sized>(pool: &[&'a T], index: Index) -> Option<&'a T> {
    (!pool.is_empty()).then(|| *index.get(pool))
}

pub(super) fn picks<'a, T: ?Sized>(pool: &[&'a T], indices: &[Index]) -> Vec<&'a T> {
    let mut all: Vec<&T> = Vec::new();
    for index in indices {
        all.extend(pick(pool, *index));
    }
    all
}

pub(super) fn indices() -> impl Strategy<Value = Vec<Index>> {
    vec(any::<Index>(), 0..4)
}

/// Any count up to 5.
pub fn count() -> impl Strategy<Value = Count> {
    prop_oneof![
        3 => (0..5_u32).prop_map(Count::exactly),
        2 => vec(0..6_u32, 3).prop_map(|mut n| {
            n.sort_unstable();
            Count::range(n[0], Some(n[1]), n[2]).unwrap()
        }),
    ]
}

pub(super) fn value<T: std::fmt::Debug + Clone>(
    inner: impl Strategy<Value = T>,
) -> impl Strategy<Value = Value<T>> {
    prop_oneof![
        2 => inner.prop_map(Value::Fixed),
        1 => Just(Value::AssignedByCloud),
        2 => Just(Value::Unknown),
    ]
}

pub(super) fn category() -> impl Strategy<Value = Category> {
    select(&Category::ALL[..])
}

pub(super) fn lifecycle() -> impl Strategy<Value = Lifecycle> {
    use Lifecycle::{Live, Testing, ToBeRemoved, Unfinished};
    select(&[Live, Testing, Unfinished, ToBeRemoved][..])
}

pub(super) fn cloud() -> impl Strategy<Value = model::name::CloudName> {
    select(&["simulated", "hp cloud/west", "~"][..]).prop_map(name)
}

pub(super) fn mib() -> impl Strategy<Value = Mib> {
    prop_oneof![0..2_000_000_u64, Just(1024), Just((1 << 40) - 1)].prop_map(Mib)
}

pub(super) fn gib() -> impl Strategy<Value = Gib> {
    prop_oneof![0..2000_u64, Just((1 << 30) - 1)].prop_map(Gib)
}

pub(super) fn date() -> impl Strategy<Value = chrono::NaiveDate> {
    (1..3_000_000_i32).prop_map(|days| chrono::NaiveDate::from_num_days_from_ce_opt(days).unwrap())
}

pub(super) fn declared(groups: Vec<&'static str>) -> impl Strategy<Value = DeclaredTotal> {
    (
        select(&[DeclaredWhat::Instances, DeclaredWhat::PublicAddresses][..]),
        option::of(category()),
        option::of(any::<Index>()),
        option::of(text()),
        count(),
        text(),
        option::of(text()),
    )
        .prop_map(
            move |(what, category, group, os_series, count, source, note)| DeclaredTotal {
                what,
                category,
                group: group.and_then(|index| pick(&groups, index)).map(name),
                os_series,
                count,
                source,
                note,
            },
        )
}

pub(super) fn fact() -> impl Strategy<Value = DatedFact> {
    (
        text(),
        any::<u64>(),
        option::of(text()),
        date(),
        option::of(0..1000_u64),
        option::of(text()),
    )
        .prop_map(|(what, value, unit, from, days, source)| DatedFact {
            what,
            value,
            unit,
            from,
            to: days.map(|days| from + chrono::Days::new(days)),
            source,
        })
}

pub(super) fn file_system() -> impl Strategy<Value = FileSystem> {
    (text(), text(), mib(), mib(), mib(), any::<u8>()).prop_map(
        |(device, mount, size, used, available, used_percent)| FileSystem {
            device,
            mount,
            size,
            used,
            available,
            used_percent,
        },
    )
}

fn report() -> impl Strategy<Value = Report> {
    prop_oneof![
        Just(Report::Awaited),
        (0..4_000_000_000_000_i64).prop_map(|millis| {
            Report::At(chrono::DateTime::from_timestamp_millis(millis).unwrap())
        }),
    ]
}

/// Types of volumes, those among them whose names look like something else.
pub(super) fn volume_type() -> impl Strategy<Value = VolumeTypeName> {
    select(&["ssd", "42", "no", "fast disks", "__DEFAULT__"][..]).prop_map(name)
}

fn observed_volume() -> impl Strategy<Value = ObservedVolume> {
    (text(), gib(), option::of(volume_type())).prop_map(|(name, size, volume_type)| {
        ObservedVolume {
            name,
            size,
            volume_type,
        }
    })
}

/// What of an instance the cloud tells beside its addresses.
fn told() -> impl Strategy<Value = InstanceFacts> {
    (
        option::of((0..2_000_000_000_i64).prop_map(|at| DateTime::from_timestamp(at, 0).unwrap())),
        option::of(text()),
        option::of("[a-z]{1,4}\\.[a-z]{1,8}".prop_map(|name| name.parse().unwrap())),
        option::of("[a-z]{1,4}-[0-9]{1,2}".prop_map(|name| name.parse().unwrap())),
        vec(observed_volume(), 0..3),
    )
        .prop_map(
            |(unseen_since, fault, flavor, image, volumes)| InstanceFacts {
                unseen_since,
                fault,
                flavor,
                image,
                volumes,
                ..InstanceFacts::default()
            },
        )
}

pub(super) fn instance_facts() -> impl Strategy<Value = InstanceFacts> {
    (
        told(),
        option::of("[a-z]{1,8}"),
        option::of(text()),
        option::of(report()),
        vec(any::<IpAddr>(), 0..2),
        vec(any::<IpAddr>(), 0..2),
        option::of(text().prop_map(OsRelease::new)),
        option::of(
            [0..1_000_000_000_u32, 0..100, 0..1000].prop_map(|n| LoadAverages(n.map(Hundredths))),
        ),
        vec(file_system(), 0..3),
    )
        .prop_map(
            |(
                told,
                host_name,
                status,
                report,
                addresses,
                public_addresses,
                os,
                load,
                file_systems,
            )| {
                InstanceFacts {
                    host_name,
                    status,
                    report,
                    addresses,
                    public_addresses,
                    os,
                    load,
                    file_systems,
                    ..told
                }
            },
        )
}

pub(super) fn mute() -> impl Strategy<Value = Mute> {
    let said = || text().prop_map(|text| format!("it is so: {text}"));
    (
        select(Rule::ALL),
        option::of(said()),
        said(),
        option::of(date()),
    )
        .prop_map(|(rule, subject, reason, until)| Mute {
            rule,
            subject,
            reason,
            until,
        })
}
