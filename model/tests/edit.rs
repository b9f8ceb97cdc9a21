//! Editing a plan: what a form's fields and buttons do to it, and that the text beside them is always
//! the same plan.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::collections::BTreeMap;

use model::edit::{
    Draft, Edit, Field, FlavorField, GroupField, ProfileField, Sent, VolumeField, draft, first,
    read, set,
};
use model::file::{Document, parse, write};
use model::name::GroupName;
use model::topology::Topology;
use proptest::prelude::*;

const SHOP: &str = "environment: shop
kind: production
common:
  profiles: [salt]
networks:
  inside: { cidr: 10.1.0.0/24 }
flavors:
  small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }
profiles:
  salt: { category: infrastructure }
  php: { category: application, ports: [{ port: 80, from: ['group:lb'] }] }
  cron: { category: process }
external:
  cdn: { reaches: [web] }
groups:
  lb: { category: infrastructure, count: 1 }
  web: { category: application, count: { min: 2, max: 6 }, profiles: [php], depends_on: { db: ready } }
  db: { category: infrastructure, count: 2, volumes: { data: { size: 20 GiB, mount: /srv } } }
declared:
  - { what: instances, group: web, count: 6, source: '1' }
";

fn topology(text: &str) -> Topology {
    match parse("text.yaml", text).unwrap() {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("a recipe"),
    }
}

/// Every field that a form shows of a topology.
fn fields(topology: &Topology) -> BTreeMap<Field, String> {
    let mut all = vec![Field::Note, Field::Owner];
    for (name, group) in &topology.groups {
        let mut of = vec![
            GroupField::Name,
            GroupField::Category,
            GroupField::Minimum,
            GroupField::Planned,
            GroupField::Maximum,
            GroupField::Flavor,
            GroupField::Image,
            GroupField::PublicAddresses,
            GroupField::Placement,
            GroupField::Lifecycle,
            GroupField::Note,
        ];
        of.extend(topology.profiles.keys().cloned().map(GroupField::Profile));
        let others = topology.groups.keys().filter(|other| *other != name);
        of.extend(others.cloned().map(GroupField::DependsOn));
        for network in topology.networks.keys() {
            of.push(GroupField::Network(network.clone()));
            of.push(GroupField::Addresses(network.clone()));
        }
        for volume in group.volumes.keys() {
            for field in [
                VolumeField::Size,
                VolumeField::Type,
                VolumeField::Mount,
                VolumeField::FileSystem,
            ] {
                of.push(GroupField::Volume(volume.clone(), field));
            }
        }
        all.extend(
            of.into_iter()
                .map(|field| Field::Group(name.clone(), field)),
        );
    }
    for name in topology.profiles.keys() {
        for field in [
            ProfileField::Name,
            ProfileField::Category,
            ProfileField::Software,
            ProfileField::Hosts,
            ProfileField::Provides,
            ProfileField::Needs,
            ProfileField::Common,
        ] {
            all.push(Field::Profile(name.clone(), field));
        }
    }
    for name in topology.flavors.keys() {
        for field in [FlavorField::Vcpus, FlavorField::Ram, FlavorField::Disk] {
            all.push(Field::Flavor(name.clone(), field));
        }
    }
    all.into_iter()
        .filter_map(|field| Some((field.clone(), read(topology, &field)?)))
        .collect()
}

/// A form as a page shows it, with some fields changed and a button pressed.
fn form(text: &str, changed: &[(&str, &str)], edit: Option<&str>) -> Sent {
    let mut all = fields(&topology(text));
    for (field, value) in changed {
        let field: Field = field.parse().unwrap();
        assert!(all.contains_key(&field), "{field}");
        all.insert(field, (*value).to_owned());
    }
    Sent {
        was: text.to_owned(),
        text: text.to_owned(),
        fields: all,
        edit: edit.map(|edit| edit.parse().unwrap()),
    }
}

fn done(changed: &[(&str, &str)], edit: Option<&str>) -> Draft {
    let base = topology(SHOP);
    draft(Some(&base), &form(SHOP, changed, edit))
}

fn good(changed: &[(&str, &str)], edit: Option<&str>) -> Topology {
    let draft = done(changed, edit);
    assert!(draft.refused.is_empty(), "{:?}", draft.refused);
    assert!(draft.problem.is_none(), "{:?}", draft.problem);
    let said = topology(&draft.text);
    assert_eq!(draft.topology.as_ref(), Some(&said));
    said
}

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

#[test]
fn fields_are_called_as_they_are_read() {
    for field in fields(&topology(SHOP)).keys() {
        let again: Field = field.to_string().parse().unwrap();
        assert_eq!(again, *field);
    }
    for wrong in [
        "",
        "group",
        "group/app",
        "group/app/colour",
        "flavor/vcpus",
        "x/y/z",
    ] {
        assert!(wrong.parse::<Field>().is_err(), "{wrong}");
    }
}

#[test]
fn an_untouched_form_changes_nothing_not_even_the_words_of_the_text() {
    let draft = done(&[], None);
    assert_eq!(draft.text, SHOP);
    assert_eq!(draft.topology, Some(topology(SHOP)));
}

#[test]
fn a_browser_s_line_breaks_are_no_change() {
    let base = topology(SHOP);
    let mut sent = form(SHOP, &[], None);
    sent.text = SHOP.replace('\n', "\r\n");
    assert_eq!(draft(Some(&base), &sent).text, SHOP);
}

#[test]
fn counts_push_each_other_and_never_contradict() {
    let count = |changed: &[(&str, &str)]| good(changed, None).groups[&group("web")].count;
    let up = count(&[("group/web/minimum", "8")]);
    assert_eq!((up.min(), up.planned(), up.max()), (8, 8, 8));
    let down = count(&[("group/web/maximum", "1")]);
    assert_eq!((down.min(), down.planned(), down.max()), (1, 1, 1));
    let all = count(&[
        ("group/web/minimum", "3"),
        ("group/web/planned", "9"),
        ("group/web/maximum", "12"),
    ]);
    assert_eq!((all.min(), all.planned(), all.max()), (3, 9, 12));
}

#[test]
fn a_group_called_otherwise_is_followed_everywhere() {
    let renamed = good(
        &[("group/web/name", "front"), ("group/db/name", "base")],
        None,
    );
    let front = &renamed.groups[&group("front")];
    assert_eq!(front.was, [group("web")]);
    assert!(front.depends_on.contains_key(&group("base")));
    assert_eq!(renamed.declared[0].group, Some(group("front")));
    let cdn = renamed.external.values().next().unwrap();
    assert_eq!(cdn.reaches, [group("front")]);
    // And back again it is as if nothing had been.
    let text = write(&renamed);
    let back = draft(
        Some(&topology(SHOP)),
        &form(
            &text,
            &[("group/front/name", "web"), ("group/base/name", "db")],
            None,
        ),
    );
    assert_eq!(back.topology, Some(topology(SHOP)));
}

#[test]
fn a_name_that_nobody_has_seen_yet_is_no_former_name() {
    let added = done(&[], Some("add-group:new"));
    let base = topology(SHOP);
    let renamed = draft(
        Some(&base),
        &form(&added.text, &[("group/new/name", "cache")], None),
    );
    let topology = renamed.topology.unwrap();
    assert!(topology.groups[&group("cache")].was.is_empty());
}

#[test]
fn a_group_that_goes_is_named_nowhere() {
    let gone = good(&[], Some("remove-group:web"));
    assert!(gone.declared.is_empty());
    assert!(gone.external.values().all(|node| node.reaches.is_empty()));
    let gone = good(&[], Some("remove-group:lb"));
    let php = gone
        .profiles
        .values()
        .find(|profile| !profile.ports.is_empty());
    assert!(php.unwrap().ports[0].from.is_empty());
}

#[test]
fn profiles_are_on_every_instance_dealt_out_or_excepted() {
    let read_on =
        |topology: &Topology, field: &str| read(topology, &field.parse().unwrap()).unwrap();
    let dealt = good(
        &[
            ("group/web/profile/cron", "dealt"),
            ("group/web/profile/php", "dealt"),
        ],
        None,
    );
    assert_eq!(read_on(&dealt, "group/web/profile/php"), "dealt");
    assert!(dealt.groups[&group("web")].profiles.is_empty());
    let none = good(
        &[
            ("group/web/profile/salt", "no"),
            ("group/web/profile/php", "no"),
        ],
        None,
    );
    assert_eq!(read_on(&none, "group/web/profile/salt"), "no");
    assert_eq!(read_on(&none, "group/db/profile/salt"), "every");
    assert_eq!(none.groups[&group("web")].except.len(), 1);
    let common = good(&[("profile/cron/common", "yes")], None);
    assert_eq!(read_on(&common, "group/db/profile/cron"), "every");
}

#[test]
fn a_volumes_type_comes_and_goes() {
    let typed = good(&[("group/db/volume/data/type", "ssd")], None);
    let field: Field = "group/db/volume/data/type".parse().unwrap();
    assert_eq!(read(&typed, &field).unwrap(), "ssd");
    let text = model::file::write(&typed);
    assert!(text.contains("type: ssd"), "{text}");
    let usual = good(&[("group/db/volume/data/type", "")], None);
    assert_eq!(usual.groups[&group("db")].volumes["data"].volume_type, None);
}

#[test]
fn what_is_wrong_is_told_and_leaves_no_trace() {
    let wrong = [
        ("group/db/volume/data/type", "unknown"),
        ("group/web/minimum", "many"),
        ("group/web/flavor", " "),
        ("flavor/ram/small", "1 GB"),
        ("group/db/volume/data/size", "1.5 GiB"),
        ("group/web/name", "db"),
        ("group/web/addresses/inside", "10.1.0.300"),
    ];
    for (field, value) in wrong {
        let draft = done(&[(field, value)], None);
        if value.trim().is_empty() {
            // Nothing said is unknown, as it was.
            assert!(draft.refused.is_empty());
        } else {
            assert_eq!(draft.refused.len(), 1, "{field}");
        }
        assert_eq!(draft.text, SHOP, "{field}");
    }
    let twice = done(&[], Some("add-group:web"));
    assert!(
        twice.refused[0].0.contains("already"),
        "{:?}",
        twice.refused
    );
    assert_eq!(twice.text, SHOP);
}

#[test]
fn a_text_that_does_not_hold_together_still_shows_its_fields() {
    let text = SHOP.replace("profiles: [php]", "profiles: [php, perl]");
    let sent = Sent {
        text,
        ..form(SHOP, &[], None)
    };
    let shown = draft(Some(&topology(SHOP)), &sent);
    let problem = shown.problem.unwrap();
    assert!(problem.message.contains("perl"), "{}", problem.message);
    assert!(shown.topology.is_some());
    // The profile is added in the form, and the text holds together again.
    let mut again = Sent {
        was: shown.text.clone(),
        text: shown.text,
        fields: BTreeMap::new(),
        edit: Some(Edit::AddProfile("perl".into())),
    };
    let mended = draft(None, &again);
    assert!(mended.problem.is_none(), "{:?}", mended.problem);
    // A text that can't be read at all is kept as it is, and says what waits.
    again.text = "environment: [".into();
    again.edit = None;
    again.fields = fields(&topology(SHOP));
    again.was = SHOP.into();
    again
        .fields
        .insert("group/web/minimum".parse().unwrap(), "3".into());
    let broken = draft(None, &again);
    assert_eq!(broken.text, "environment: [");
    assert!(broken.topology.is_none() && broken.problem.is_some());
    assert!(broken.refused[0].0.contains("group/web/minimum"));
}

#[test]
fn both_sides_may_change_at_once() {
    let mut sent = form(SHOP, &[("group/web/planned", "4")], None);
    sent.text = SHOP.replace("count: 2,", "count: 3,");
    let both = draft(Some(&topology(SHOP)), &sent).topology.unwrap();
    assert_eq!(both.groups[&group("db")].count.max(), 3);
    assert_eq!(both.groups[&group("web")].count.planned(), 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What a field shows, written back, changes nothing: nobody's plan is altered by being looked at.
    #[test]
    fn what_is_read_can_be_written(topology in common::topology()) {
        for (field, value) in fields(&topology) {
            let mut again = topology.clone();
            let set = set(&mut again, Some(&topology), &field, &value);
            prop_assert_eq!(set, Ok(()), "{}", field);
            prop_assert_eq!(&again, &topology, "{}", field);
        }
    }

    /// The text that an editor begins with says the plan.
    #[test]
    fn it_begins_with_the_plan(topology in common::topology()) {
        let draft = first(&topology);
        prop_assert_eq!(draft.topology.as_ref(), Some(&topology));
    }

    /// Whatever is sent, nothing panics, and what is refused leaves the plan readable.
    #[test]
    fn no_form_panics(text in ".{0,200}", field in "(group|profile|flavor)/[a-z/]{0,30}", value in ".{0,40}", edit in "[a-z-]{0,14}:[a-z/]{0,14}") {
        let mut sent = form(SHOP, &[], None);
        if let Ok(field) = field.parse() {
            sent.fields.insert(field, value.clone());
        }
        for (_, value_of) in sent.fields.iter_mut().take(3) {
            value_of.clone_from(&value);
        }
        sent.edit = edit.parse().ok();
        let _any = draft(None, &sent);
        sent.text = text;
        let _any = draft(None, &sent);
    }
}
