//! Losses: what of the WebPlatform still stands, and laws that hold for any environment.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../model/tests/common/mod.rs"]
mod any;
mod webplatform_files;

use std::collections::BTreeSet;

use model::count::Sizing;
use model::key::Key;
use model::name::GroupName;
use model::topology::Topology;
use plan::loss::{Aftermath, Answer, Ask, Loss, Place, Places, Primary, ServiceLeft, State, lose};
use plan::need::Choices;
use proptest::prelude::*;
use webplatform_files::environment;

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

fn member(name: &str, ordinal: u32) -> Loss {
    Loss::Member(group(name), ordinal)
}

fn after(topology: &Topology, losses: &[Loss], places: &Places) -> Aftermath {
    let secondary = environment("secondary.yaml");
    lose(&Ask {
        topology,
        sizing: &Sizing::Planned,
        choices: Choices::NONE,
        losses: &losses.iter().cloned().collect(),
        places,
        others: &[&secondary],
    })
}

fn service<'a>(after: &'a Aftermath, name: &str) -> &'a ServiceLeft {
    after
        .services
        .iter()
        .find(|service| service.what.to_string() == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

fn states(after: &Aftermath, state: State) -> Vec<String> {
    let those = after.services_that(state);
    those.map(|service| service.what.to_string()).collect()
}

#[test]
fn a_lost_primary_leaves_a_replica_to_promote() {
    let production = environment("production-2014.yaml");
    let after = after(&production, &[member("db", 1)], &Places::new());
    assert_eq!(
        service(&after, "mysql").sentence(),
        "mysql: 3 of 4 instances stand"
    );
    assert_eq!(after.clusters.len(), 1);
    assert_eq!(after.clusters[0].primary, Primary::Promote(vec![2]));
    assert_eq!(
        after.clusters[0].sentence(),
        "db: 3 of 4 members stand, a majority; the primary is lost, db[2] can be promoted; nobody \
         said what db[3], db[4] would be"
    );
    assert_eq!(states(&after, State::Broken), Vec::<String>::new());
    assert_eq!(after.sentence(), "15 of 15 services stand");
}

#[test]
fn what_needed_what_is_gone_goes_with_it() {
    let production = environment("production-2014.yaml");
    let none = Places::new();
    let all = |name: &str, n: u32| (1..=n).map(|o| member(name, o)).collect::<Vec<_>>();

    // MediaWiki needs memcached; its neighbours on the same instances don't.
    let cache = after(&production, &all("memcache", 2), &none);
    assert_eq!(states(&cache, State::Gone), ["memcached"]);
    assert_eq!(states(&cache, State::Broken), ["docs.webplatform.org"]);
    assert_eq!(
        service(&cache, "docs.webplatform.org").sentence(),
        "docs.webplatform.org: broken, for `mediawiki` needs memcached, which nothing provides any \
         more"
    );

    // Without the database, what depends on it is not ready, Ganglia's server beside it included.
    let db = after(&production, &all("db", 4), &none);
    assert_eq!(states(&db, State::Gone), ["mysql"]);
    let broken = states(&db, State::Broken);
    for name in [
        "blog.webplatform.org",
        "docs.webplatform.org",
        "ganglia",
        "stats.webplatform.org",
    ] {
        assert!(
            broken.iter().any(|other| other == name),
            "{name}: {broken:?}"
        );
    }
    assert_eq!(db.clusters[0].primary, Primary::Nobody);
    assert_eq!(db.clusters[0].majority, Answer::No);
    let followers = &db
        .groups
        .iter()
        .find(|left| left.group == group("db"))
        .unwrap()
        .followed_by;
    assert_eq!(followers.len(), 1, "the secondary site has replicas");

    // What only had to exist before is not needed to go on.
    let deployment = after(&production, &all("deployment", 1), &none);
    assert_eq!(states(&deployment, State::Gone), ["salt"]);
    assert_eq!(states(&deployment, State::Broken), Vec::<String>::new());

    // A lost storage takes the mounts with it.
    let storage = after(&production, &all("storage", 2), &none);
    assert!(states(&storage, State::Broken).contains(&"docs.webplatform.org".to_owned()));
    // Today all mount from one of the two.
    let today = environment("production-2013.yaml");
    let storage = after(&today, &[member("storage", 3)], &none);
    assert_eq!(states(&storage, State::Gone), Vec::<String>::new());
    let docs = service(&storage, "docs.webplatform.org");
    assert_eq!(docs.state, State::Broken);
    assert!(
        docs.sentence()
            .contains("mounts /wiki-images from `storage`"),
        "{}",
        docs.sentence()
    );
    let other = after(&today, &[member("storage", 5)], &none);
    assert_eq!(service(&other, "docs.webplatform.org").state, State::Stands);
}

#[test]
fn where_instances_stand_is_not_guessed() {
    let production = environment("production-2014.yaml");
    let any_host = after(&production, &[Loss::AnyHost], &Places::new());
    // Spread over hosts: one goes at most. Two that may share a host: nobody can tell.
    let of = |name: &str| {
        any_host
            .groups
            .iter()
            .find(|left| left.group == group(name))
            .unwrap()
    };
    assert_eq!((of("profile-a").least, of("profile-a").most), (4, 5));
    assert_eq!((of("profile-c").least, of("profile-c").most), (0, 2));
    assert_eq!(
        of("profile-c").cannot_tell.as_deref(),
        Some("it is not known which of its instances share a host")
    );
    assert_eq!(
        service(&any_host, "stats.webplatform.org").state,
        State::Uncertain
    );
    assert_eq!(any_host.clusters[0].majority, Answer::Yes);
    assert_eq!(any_host.clusters[0].primary, Primary::CannotTell(vec![]));

    // Once a cloud tells, it is known.
    let mut places = Places::new();
    for (key, _) in production.instances() {
        let odd = key.name().ends_with("1]") || key.name().ends_with("3]");
        let host = if odd { "compute-1" } else { "compute-2" };
        let zone = if odd { "east" } else { "west" };
        let place = Place {
            host: Some(host.to_owned()),
            zone: Some(zone.to_owned()),
        };
        places.insert(key, place);
    }
    let east = after(&production, &[Loss::Zone("east".to_owned())], &places);
    assert!(
        east.groups
            .iter()
            .all(|left| left.least == left.most && left.cannot_tell.is_none())
    );
    assert_eq!(east.clusters[0].primary, Primary::Promote(vec![2]));
    assert_eq!(
        east.clusters[0].majority,
        Answer::No,
        "two of four are no majority"
    );
    let unknown = after(
        &production,
        &[Loss::Zone("east".to_owned())],
        &Places::new(),
    );
    assert!(
        unknown
            .groups
            .iter()
            .all(|left| left.least == 0 && left.most == left.before)
    );
}

#[test]
fn a_lost_site_leaves_what_follows_elsewhere() {
    let production = environment("production-2014.yaml");
    let site = Loss::Site("provider".parse().unwrap());
    let lost = after(&production, &[site], &Places::new());
    assert_eq!(states(&lost, State::Gone).len(), lost.services.len());
    let followed: Vec<&str> = lost
        .groups
        .iter()
        .filter(|left| !left.followed_by.is_empty())
        .map(|left| left.group.as_str())
        .collect();
    assert!(
        followed.contains(&"db") && followed.contains(&"storage"),
        "{followed:?}"
    );
    let elsewhere = after(
        &production,
        &[Loss::Site("moon".parse().unwrap())],
        &Places::new(),
    );
    assert_eq!(
        states(&elsewhere, State::Stands).len(),
        elsewhere.services.len()
    );
}

/// Losses of any sort, of which some name what is there.
fn losses(topology: &Topology, picks: &[(u8, prop::sample::Index)]) -> BTreeSet<Loss> {
    let instances: Vec<Key> = topology.instances().map(|(key, _)| key).collect();
    picks
        .iter()
        .filter_map(|(sort, index)| match sort {
            0 if !instances.is_empty() => {
                let (name, rest) = index.get(&instances).name().rsplit_once('[')?;
                let ordinal = rest.trim_end_matches(']').parse().ok()?;
                Some(Loss::Member(group(name), ordinal))
            }
            1 => Some(Loss::Host("a".to_owned())),
            2 => Some(Loss::Zone("b".to_owned())),
            3 => topology.site.clone().map(Loss::Site),
            _ => Some(Loss::AnyHost),
        })
        .collect()
}

proptest! {
    #[test]
    fn a_loss_never_leaves_more_and_says_what_it_knows(
        topology in any::topology(),
        picks in prop::collection::vec((0..5_u8, any::<prop::sample::Index>()), 0..4),
        known in prop::collection::vec(prop::option::of(0..3_u8), 40),
    ) {
        let mut places = Places::new();
        for ((key, _), place) in topology.instances().zip(&known) {
            if let Some(place) = place {
                let word = ["a", "b", "c"][usize::from(*place)].to_owned();
                places.insert(key, Place { host: Some(word.clone()), zone: Some(word) });
            }
        }
        let losses = losses(&topology, &picks);
        let ask = |losses: &BTreeSet<Loss>| lose(&Ask {
            topology: &topology,
            sizing: &Sizing::Planned,
            choices: Choices::NONE,
            losses,
            places: &places,
            others: &[&topology],
        });
        let before = ask(&BTreeSet::new());
        for service in &before.services {
            prop_assert_eq!(service.state, State::Stands);
            prop_assert_eq!(service.least, service.before);
            prop_assert!(service.because.is_empty());
        }
        for cluster in &before.clusters {
            prop_assert_eq!(cluster.majority, Answer::Yes);
            let whole = matches!(cluster.primary, Primary::Stands | Primary::Elsewhere);
            prop_assert!(whole);
        }
        let after = ask(&losses);
        prop_assert_eq!(after.services.len(), before.services.len());
        for service in &after.services {
            prop_assert!(service.least <= service.most && service.most <= service.before);
            prop_assert!(!service.sentence().is_empty());
        }
        for left in &after.groups {
            prop_assert!(left.least <= left.most && left.most <= left.before);
            prop_assert_eq!(left.cannot_tell.is_some(), left.least < left.most);
        }
        for cluster in &after.clusters {
            prop_assert!(!cluster.sentence().is_empty());
        }
        // One more loss leaves no more.
        let mut more = losses.clone();
        more.insert(Loss::AnyHost);
        let worse = ask(&more);
        for (one, other) in after.services.iter().zip(&worse.services) {
            prop_assert!(other.least <= one.least && other.most <= one.most);
        }
        for loss in &losses {
            prop_assert_eq!(loss.to_string().parse::<Loss>(), Ok(loss.clone()));
        }
    }
}
