//! Proposals and places, by random servers: the same servers give the same proposals in whatever
//! order they come, and no two servers ever stand at one place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use model::id::CloudId;
use model::name::GroupName;
use plan::grouping::{Because, Candidate, guess, propose, read_name};
use plan::placing::{PlaceError, Taken, place};
use proptest::prelude::*;

fn server(id: usize, name: &str) -> Candidate {
    Candidate {
        id: CloudId::new(format!("id-{id:03}")),
        name: name.to_owned(),
        project: None,
        metadata: BTreeMap::new(),
        tags: BTreeSet::new(),
    }
}

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "(app|web|db|prod-web|cache)-?0?[0-9]{1,2}",
        "(app|db)[0-9]{1,2}\\.(staging\\.)?example\\.org",
        "[a-zA-Z0-9._ -]{0,20}",
        "(ip-)?10-0-0-[0-9]{1,2}",
    ]
}

fn servers() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (
        names(),
        proptest::option::of("(a|b)"),
        proptest::collection::btree_map("(group|role|env|index|other)", "[a-z0-9-]{0,6}", 0..3),
        proptest::collection::btree_set("(role[:=](db|web)|production|x)", 0..3),
    );
    proptest::collection::vec(one, 0..40).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(id, (name, project, metadata, tags))| Candidate {
                project: project.map(CloudId::new),
                metadata,
                tags,
                ..server(id, &name)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_servers_makes_no_difference(all in servers(), seed in any::<u64>()) {
        let mut shuffled = all.clone();
        shuffled.sort_by_key(|server| {
            let mut hash = seed;
            for byte in server.id.as_str().bytes() {
                hash = hash.wrapping_mul(31).wrapping_add(byte.into());
            }
            hash
        });
        prop_assert_eq!(propose(&all), propose(&shuffled));
    }

    #[test]
    fn each_server_is_proposed_once_where_anything_tells(all in servers()) {
        let proposals = propose(&all);
        let mut seen = BTreeSet::new();
        for proposal in &proposals {
            let mut ordinals = BTreeSet::new();
            for member in &proposal.members {
                prop_assert!(seen.insert(member.id.clone()), "{} twice", member.name);
                prop_assert!(ordinals.insert(member.ordinal), "{}[{}] twice", proposal.group, member.ordinal);
            }
            prop_assert!(!proposal.members.is_empty());
        }
        for server in &all {
            prop_assert_eq!(guess(server).is_some(), seen.contains(&server.id));
        }
    }

    #[test]
    fn a_group_and_a_number_come_back_from_the_names_that_people_make_of_them(
        word in "[a-z]{3,8}(-[a-z]{3,8})?",
        number in 1_u32..999,
        form in 0..4,
    ) {
        // A word that names an environment is told apart; another test has those.
        let Some(bare) = read_name(&word) else { return Ok(()) };
        prop_assume!(bare.environment.is_none() && bare.group.as_str() == word);
        let name = match form {
            0 => format!("{word}{number}"),
            1 => format!("{word}-{number:03}"),
            2 => format!("{word}_{number}"),
            _ => format!("{word}{number}.example.org"),
        };
        // Eight digits of a hexadecimal number are somebody's id: `aaaaa100`.
        let digits = |part: &str| part.len() >= 8 && part.bytes().all(|one| one.is_ascii_hexdigit());
        prop_assume!(!name.split(['-', '_', '.']).any(digits));
        let parts = read_name(&name).unwrap();
        let expected = word.replace('_', "-");
        prop_assert_eq!(parts.group.as_str(), expected.as_str());
        prop_assert_eq!(parts.ordinal, Some(number));
    }

    #[test]
    fn nothing_is_placed_where_something_stands(
        all in servers(),
        taken in proptest::collection::btree_set((0..3_usize, 0_u32..12), 0..20),
    ) {
        let groups = [group("app"), group("web"), group("db")];
        let taken: Taken = taken.into_iter().map(|(at, ordinal)| (groups[at].clone(), ordinal)).collect();
        for wanted in [None, Some(&groups[0])] {
            match place(&all, wanted, None, &taken) {
                Ok(places) => {
                    prop_assert_eq!(places.len(), all.len());
                    let stand: BTreeSet<_> = places.values().cloned().collect();
                    prop_assert_eq!(stand.len(), all.len(), "two at one place");
                    prop_assert!(stand.is_disjoint(&taken));
                }
                Err(PlaceError::NoGroup(name)) => {
                    prop_assert!(wanted.is_none());
                    prop_assert!(all.iter().any(|server| server.name == name && guess(server).is_none()));
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}

#[test]
fn what_people_wrote_goes_before_the_name() {
    let mut one = server(1, "prod-web-7");
    let told = guess(&one).unwrap();
    assert_eq!(told.group, group("web"));
    assert_eq!(told.because.to_string(), "by its name");
    assert_eq!(told.environment.unwrap().as_str(), "production");

    one.tags.insert("role:frontend".to_owned());
    let told = guess(&one).unwrap();
    assert_eq!(told.group, group("frontend"));
    assert_eq!(told.because.to_string(), "by tag `role:frontend`");
    assert_eq!(told.ordinal, Some(7), "the number is still the name's");

    one.metadata
        .insert("Group".to_owned(), "edge, web".to_owned());
    one.metadata.insert("env".to_owned(), "stage".to_owned());
    let told = guess(&one).unwrap();
    assert_eq!(told.group, group("edge"));
    assert_eq!(
        told.because,
        Because::Metadata {
            key: "Group".to_owned()
        }
    );
    assert_eq!(told.environment.unwrap().as_str(), "staging");
}

#[test]
fn numbers_are_given_to_whoever_asks_first_and_the_rest_take_what_is_left() {
    let all = [
        server(1, "app3"),
        server(2, "app-3"),
        server(3, "app"),
        server(4, "app10"),
        server(5, "app9"),
    ];
    let proposals = propose(&all);
    assert_eq!(proposals.len(), 1);
    let members: Vec<(u32, &str)> = proposals[0]
        .members
        .iter()
        .map(|member| (member.ordinal, member.name.as_str()))
        .collect();
    assert_eq!(
        members,
        [
            (1, "app"),
            (2, "app-3"),
            (3, "app3"),
            (9, "app9"),
            (10, "app10")
        ]
    );
}

#[test]
fn projects_and_environments_keep_groups_apart() {
    let mut all = [
        server(1, "web1"),
        server(2, "web1"),
        server(3, "prod-web1"),
        server(4, "db1.staging.example.org"),
    ];
    all[1].project = Some(CloudId::new("other"));
    let proposals = propose(&all);
    let told: Vec<_> = proposals
        .iter()
        .map(|one| {
            (
                one.project.as_ref().map(CloudId::as_str),
                one.environment
                    .as_ref()
                    .map(model::name::EnvironmentName::as_str),
                one.group.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (None, None, "web"),
            (None, Some("production"), "web"),
            (None, Some("staging"), "db"),
            (Some("other"), None, "web"),
        ]
    );
}

#[test]
fn a_number_that_is_named_is_one_server_s_and_free() {
    let taken: Taken = [(group("app"), 3)].into();
    let one = [server(1, "app3")];
    let places = place(&one, None, None, &taken).unwrap();
    assert_eq!(places[&one[0].id], (group("app"), 1), "3 is taken");
    assert_eq!(
        place(&one, None, Some(3), &taken),
        Err(PlaceError::Taken(group("app"), 3))
    );
    let places = place(&one, Some(&group("web")), Some(3), &taken).unwrap();
    assert_eq!(places[&one[0].id], (group("web"), 3));
    let two = [server(1, "app3"), server(2, "app4")];
    assert_eq!(
        place(&two, None, Some(5), &taken),
        Err(PlaceError::OneNumber(2, 5))
    );
    let unnamed = [server(1, "10.0.0.7")];
    let error = place(&unnamed, None, None, &taken).unwrap_err().to_string();
    assert_eq!(error, "nothing tells which group 10.0.0.7 is of: name one");
}
