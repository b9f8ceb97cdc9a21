//! What-if: the WebPlatform's numbers, sentences, and what a scenario refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod ground;
mod webplatform_files;

use ground::{Clouds, ground, simulated};
use model::count::Sizing;
use model::group::PublicAddresses;
use model::name::{CloudName, FlavorName, GroupName};
use model::price::{Price, PriceBook};
use model::topology::Topology;
use plan::capacity::{BySizing, Totals};
use plan::headroom::{Fit, Free};
use plan::loss::{Places, Primary};
use plan::offers::QuotaKind;
use plan::what_if::{Base, Bound, Largest, Limited, Outcome, Scenario, standing, what_if};
use webplatform_files::{copy_of, environment};

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

fn scenario(text: &str) -> Scenario {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn instances(totals: &BySizing<Totals>) -> (u64, u64, u64) {
    let of = totals.map(|totals| totals.instances);
    (of.min, of.planned, of.max)
}

/// The WebPlatform as it is planned, and what may be beside it.
struct WebPlatform {
    production: Topology,
    temporary: Topology,
    secondary: Topology,
    places: Places,
}

impl WebPlatform {
    fn new() -> Self {
        let production = environment("production-2014.yaml");
        Self {
            temporary: copy_of(&production),
            production,
            secondary: environment("secondary.yaml"),
            places: Places::new(),
        }
    }

    fn base<'a>(&'a self, clouds: &'a Clouds, book: Option<&'a PriceBook>) -> Base<'a> {
        Base {
            production: &self.production,
            temporary: Some(&self.temporary),
            secondary: Some(&self.secondary),
            clouds,
            book,
            places: &self.places,
        }
    }

    fn what_if(&self, clouds: &Clouds, text: &str) -> Outcome {
        what_if(&self.base(clouds, None), &scenario(text)).unwrap()
    }
}

/// Every group of production with a flavor: databases large, all others small.
const FLAVORS: &str = "flavor.db=large&flavor.deployment=small&flavor.memcache=small&flavor.process=small&flavor.profile-a=small&flavor.profile-b=small&flavor.profile-c=small&flavor.storage=small";

#[test]
fn the_documents_own_numbers() {
    let web = WebPlatform::new();
    let clouds = Clouds::new();
    let of = |text| instances(&web.what_if(&clouds, text).all);
    assert_eq!(of(""), (14, 19, 19));
    assert_eq!(of("temporary=1"), (23, 28, 28));
    assert_eq!(of("temporary=2"), (32, 37, 37));
    assert_eq!(of("temporary=1&secondary=yes"), (32, 37, 37));
    assert_eq!(of("count.db=3"), (14, 18, 19), "the range stays");
    assert_eq!(of("count.db=6"), (14, 21, 21), "and grows where it has to");
    // "We might only need one web application instance, and 5 database servers" [1.4].
    assert_eq!(of("temporary=1&temporary-count.db=5"), (23, 31, 31));
    let outcome = web.what_if(&clouds, "temporary=2");
    assert_eq!(instances(&outcome.temporaries), (18, 18, 18));
    assert_eq!(instances(&outcome.temporary.unwrap()), (9, 9, 9));
    assert_eq!(instances(&outcome.secondary.unwrap()), (9, 9, 9));
    // Of the fourteen to nineteen no flavor is named.
    assert_eq!(outcome.production.max.vcpus, None);
    assert_eq!(outcome.all.max.unknown.vcpus, 19);
    assert_eq!(
        outcome.sentence(),
        "instances, vCPU, RAM, volumes, volume storage, public addresses and addresses in the pool \
         can't be judged"
    );
    assert_eq!(outcome.first, None);
}

#[test]
fn fits_at_minimum_and_not_at_maximum() {
    let mut web = WebPlatform::new();
    // At minimum 12 small and 2 large instances, at maximum two more of each sort and 3.
    let clouds = simulated(ground(&[(QuotaKind::Vcpus, 12 * 2 + 2 * 4)]));
    let outcome = web.what_if(&clouds, FLAVORS);
    let vcpus = outcome
        .limits
        .iter()
        .find(|limit| limit.what == Limited::Quota(QuotaKind::Vcpus))
        .unwrap();
    assert_eq!(
        vcpus.sentence(),
        "fits at minimum; at maximum 14 vCPU short"
    );
    assert_eq!(vcpus.held.max.fit, Fit::Short(14));
    assert_eq!(vcpus.free, Free::Amount(32));
    // Whether the process servers have public addresses, nobody said.
    assert_eq!(
        outcome.sentence(),
        "fits at minimum as far as is known; at maximum 14 vCPU short; addresses in the pool can't \
         be judged"
    );
    let process = web.production.groups.get_mut("process").unwrap();
    process.public_addresses = PublicAddresses::NONE;
    let outcome = web.what_if(&clouds, FLAVORS);
    assert_eq!(
        outcome.sentence(),
        "fits at minimum; at maximum 14 vCPU short"
    );
    let first = outcome.first.unwrap();
    assert_eq!(first.what, Limited::Quota(QuotaKind::Vcpus));
    assert_eq!((first.sizing, first.short), (Sizing::Planned, 14));

    // With three databases as planned there are three cases.
    let three = web.what_if(&clouds, &format!("{FLAVORS}&count.db=3"));
    assert_eq!(
        three.sentence(),
        "fits at minimum; as planned 10 vCPU short; at maximum 14 vCPU short"
    );
    let minimum = format!("{FLAVORS}&count.db=2&count.memcache=1&count.process=1&count.storage=1");
    let two = web.what_if(&clouds, &minimum);
    assert_eq!(two.sentence(), "fits at minimum; at maximum 14 vCPU short");
    let db = &two.largest[&group("db")];
    assert_eq!(db.planned.bound, Bound::Number(2));
    assert_eq!(
        db.planned.sentence(),
        "at most 2; one more passes the limit of vCPU"
    );
    assert_eq!(db.max.bound, Bound::Number(0), "the others take 6 of the 8");
    // One temporary environment takes 26 vCPU.
    assert_eq!(
        two.most_temporaries.unwrap().planned.bound,
        Bound::Number(0)
    );
    let roomy = simulated(ground(&[
        (QuotaKind::Vcpus, 100),
        (QuotaKind::Instances, 41),
    ]));
    let two = web.what_if(&roomy, FLAVORS);
    let most = two.most_temporaries.unwrap();
    assert_eq!(most.min.bound, Bound::Number(2));
    assert_eq!(most.max.bound, Bound::Number(2));
    let three = web.what_if(&roomy, &format!("{FLAVORS}&temporary=3"));
    assert_eq!(
        three.sentence(),
        "at minimum 10 vCPU short; at maximum 5 instances and 24 vCPU short"
    );
}

#[test]
fn what_stands_already_is_not_needed_again() {
    let today = environment("production-2013.yaml");
    let temporary = copy_of(&today);
    let mut ground = ground(&[(QuotaKind::Instances, 30), (QuotaKind::Vcpus, 90)]);
    for (kind, used) in standing(&today) {
        ground.offers.quotas.get_mut(&kind).unwrap().used = used;
    }
    ground.standing = standing(&today);
    assert_eq!(ground.standing[&QuotaKind::Vcpus], 55);
    // Somebody else's operation.
    ground.reserved.insert(QuotaKind::Instances, 1);
    let clouds = simulated(ground);
    let base = Base {
        production: &today,
        temporary: Some(&temporary),
        secondary: None,
        clouds: &clouds,
        book: None,
        places: &Places::new(),
    };
    let outcome = what_if(&base, &scenario("temporary=1")).unwrap();
    let instances = &outcome.limits[0];
    assert_eq!(
        (instances.free, instances.held.planned.need.known),
        (Free::Amount(29), 28)
    );
    assert_eq!(outcome.first, None, "{}", outcome.sentence());
    let reserved = outcome.reservation(&Sizing::Planned);
    assert_eq!(reserved.len(), 1);
    assert_eq!(
        reserved[0].1[&QuotaKind::Instances],
        9,
        "only what isn't there yet"
    );
    let two = what_if(&base, &scenario("temporary=2")).unwrap();
    // 37 of 29 are more than 107 of 90.
    assert_eq!(
        two.first.unwrap().what,
        Limited::Quota(QuotaKind::Instances)
    );
    let Largest {
        bound,
        limit,
        unjudged,
    } = two.most_temporaries.unwrap().planned;
    assert_eq!(
        (bound, limit),
        (Bound::Number(1), Some(Limited::Quota(QuotaKind::Instances)))
    );
    assert_eq!(
        unjudged,
        [Limited::AddressPool],
        "of 14 instances nobody knows"
    );
}

#[test]
fn a_secondary_site_on_another_cloud_has_limits_of_its_own() {
    let mut web = WebPlatform::new();
    web.secondary.cloud = Some(CloudName::new("second").unwrap());
    let mut clouds = simulated(ground(&[]));
    clouds.insert(
        CloudName::new("second").unwrap(),
        ground(&[(QuotaKind::Instances, 8)]),
    );
    let outcome = web.what_if(&clouds, "secondary=yes");
    assert_eq!(outcome.first.clone().unwrap().cloud, web.secondary.cloud);
    assert!(
        outcome.sentence().contains("1 instance on second short"),
        "{}",
        outcome.sentence()
    );
    assert_eq!(web.what_if(&clouds, "").first, None);
}

#[test]
fn a_what_if_has_its_price_and_its_losses() {
    let web = WebPlatform::new();
    let clouds = Clouds::new();
    let mut book = PriceBook::new("2026-01-01".parse().unwrap(), "EUR".parse().unwrap());
    book.address = Some(Price::micro(4_000).unwrap());
    for (name, price) in [("v4-r8-d240", 120_000), ("v2-r2-d60", 30_000)] {
        let price = Price::micro(price).unwrap();
        book.flavors.insert(FlavorName::new(name).unwrap(), price);
    }
    let base = web.base(&clouds, Some(&book));
    let outcome = what_if(&base, &scenario("temporary=2&lost=member.db.1")).unwrap();
    let costs = outcome.cost.unwrap();
    let one = costs.temporary.unwrap().planned;
    // Two of the large flavor, four of the small, nine addresses; db, memcache and a volume not.
    assert_eq!(one.total.per_hour.unwrap().to_string(), "0.396");
    assert_eq!((one.total.priced, one.total.of), (15, 19));
    let all = costs.production.planned.total.and(&one.total.times(2));
    assert_eq!(costs.all.planned, all);
    let aftermath = outcome.aftermath.unwrap();
    assert_eq!(aftermath.clusters[0].primary, Primary::Promote(vec![2]));
}

#[test]
fn what_a_text_says_of_nothing_is_named() {
    let web = WebPlatform::new();
    let clouds = Clouds::new();
    let base = web.base(&clouds, None);
    let refused = |text: &str| {
        text.parse::<Scenario>()
            .and_then(|scenario| what_if(&base, &scenario).map(|_| ()))
            .unwrap_err()
            .to_string()
    };
    for (text, expected) in [
        (
            "count.web=2",
            "count.web: there is no group `web` in production-2014; its groups are db, deployment,",
        ),
        (
            "secondary-flavor.app=x",
            "secondary-flavor.app: there is no group `app` in secondary",
        ),
        ("count.db=many", "count.db: `many` is no number"),
        ("count.db=2000000", "count.db: `2000000` is too many"),
        ("count.db=2&count.db=3", "count.db is given twice"),
        ("count.DB=2", "count.DB: `DB` is not a group name"),
        ("flavor.db=huge", "flavor.db: no flavor `huge` is known"),
        ("secondary=maybe", "secondary: `maybe` is neither"),
        ("lost=member.db.9", "lost: there is no instance db[9]"),
        (
            "lost=site.moon",
            "lost: production-2014 knows no site `moon`",
        ),
        (
            "lost=everything",
            "lost: `everything` is nothing that can be lost",
        ),
        ("tab=cost", "`tab` is no part of a scenario"),
    ] {
        let error = refused(text);
        assert!(error.starts_with(expected), "{text}: {error}");
    }
    let alone = Base {
        temporary: None,
        secondary: None,
        ..base
    };
    for text in ["temporary=1", "secondary=yes", "temporary-count.db=1"] {
        let error = what_if(&alone, &scenario(text)).unwrap_err().to_string();
        assert!(error.contains("there is no"), "{text}: {error}");
    }
    // A form's fields that are left open, and those that say what is so.
    let form =
        scenario("count.db=&flavor.db=&temporary=0&secondary=no&count.memcache=2&count.storage=1");
    let meant = form.without_what_is_so(&base);
    assert_eq!(meant.to_string(), "count.storage=1");
    assert!(Scenario::takes("temporary-flavor.db") && !Scenario::takes("tab"));
}
