//! The addresses of clouds and of what they hold, and the forms that say whose that is.

use std::collections::BTreeSet;

use model::assignment::{Rule, Selection, Wish};
use model::collection::{HeldFilter, HeldKind, HeldSort};
use model::filter::Direction;
use model::id::CloudId;
use model::name::CloudName;

use super::query::{Query, address};

/// The list of clouds.
pub const CLOUDS: &str = "/clouds";
/// `POST` of a [`super::PlainForm`]: has the cloud `{cloud}` collected.
pub const COLLECT: &str = "/clouds/{cloud}/collect";
/// `POST` of an [`AssignForm`]: says which environment servers of `{cloud}` belong to.
pub const ASSIGN: &str = "/clouds/{cloud}/assign";
/// `POST` of an [`UnassignForm`]: takes that back.
pub const UNASSIGN: &str = "/clouds/{cloud}/unassign";
/// A list as a file, by the same filter and with its `kind`.
pub const HELD_CSV: &str = "/clouds/{cloud}/held.csv";
/// As [`HELD_CSV`].
pub const HELD_JSON: &str = "/clouds/{cloud}/held.json";

/// The page of a cloud.
pub fn cloud(name: &CloudName) -> String {
    format!("{CLOUDS}/{}", segment(name.as_str()))
}

/// Where a cloud is collected: [`COLLECT`].
pub fn collect(name: &CloudName) -> String {
    format!("{}/collect", cloud(name))
}

/// Where servers are assigned: [`ASSIGN`].
pub fn assign(name: &CloudName) -> String {
    format!("{}/assign", cloud(name))
}

/// Where an assignment is taken back: [`UNASSIGN`].
pub fn unassign(name: &CloudName) -> String {
    format!("{}/unassign", cloud(name))
}

/// The proposed groups of a cloud, from one of them on.
pub fn groups(name: &CloudName, from: usize) -> String {
    let path = format!("{}/groups", cloud(name));
    address(&path, &[("from", (from > 0).then(|| from.to_string()))])
}

/// One thing of a cloud.
pub fn thing(name: &CloudName, kind: HeldKind, id: &CloudId) -> String {
    let path = format!("{}/{kind}/thing", cloud(name));
    address(&path, &[("id", Some(id.to_string()))])
}

/// A list of what a cloud holds.
pub fn held(filter: &HeldFilter) -> String {
    let path = format!("{}/{}", cloud(&filter.cloud), filter.kind);
    address(&path, &parameters(filter))
}

/// Everything of one kind.
pub fn held_all(name: &CloudName, kind: HeldKind) -> String {
    held(&HeldFilter::all(name.clone(), kind))
}

/// An export of all pages of a filter, to [`HELD_CSV`] or [`HELD_JSON`].
pub fn held_export(path: &str, filter: &HeldFilter) -> String {
    let path = path.replace("{cloud}", &segment(filter.cloud.as_str()));
    let whole = HeldFilter {
        after: None,
        limit: None,
        ..filter.clone()
    };
    let mut all = vec![("kind", Some(filter.kind.word().to_owned()))];
    all.extend(parameters(&whole));
    address(&path, &all)
}

/// A text as one part of a path.
fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            other => out.extend(["%", &format!("{other:02X}")]),
        }
    }
    out
}

/// The parameters of a filter; what is as usual is left out.
fn parameters(filter: &HeldFilter) -> Vec<(&'static str, Option<String>)> {
    let HeldFilter {
        cloud: _,
        kind: _,
        owner,
        environment,
        status,
        detail,
        project,
        q,
        sort,
        direction,
        after,
        limit,
    } = filter;
    vec![
        ("owner", owner.map(|owner| owner.word().to_owned())),
        ("environment", environment.as_ref().map(ToString::to_string)),
        ("status", status.clone()),
        ("detail", detail.clone()),
        ("project", project.as_ref().map(ToString::to_string)),
        ("q", q.clone()),
        (
            "sort",
            (*sort != HeldSort::Name).then(|| sort.word().to_owned()),
        ),
        (
            "direction",
            (*direction == Direction::Descending).then(|| "descending".to_owned()),
        ),
        ("after", after.clone()),
        ("limit", limit.map(|limit| limit.to_string())),
    ]
}

/// Reads the filter of a list.
pub fn held_filter(cloud: CloudName, kind: HeldKind, query: &Query) -> Result<HeldFilter, String> {
    Ok(HeldFilter {
        owner: query.value("owner")?,
        environment: query.value("environment")?,
        status: query.get("status").map(ToOwned::to_owned),
        detail: query.get("detail").map(ToOwned::to_owned),
        project: query.get("project").map(CloudId::new),
        q: query.get("q").map(ToOwned::to_owned),
        sort: query.value("sort")?.unwrap_or_default(),
        direction: super::query::direction(query)?,
        after: query.get("after").map(ToOwned::to_owned),
        limit: query.number("limit")?,
        ..HeldFilter::all(cloud, kind)
    })
}

/// Which servers a form is about: those it names by `server`, each a field of its own, or all by
/// `prefix` or `project`.
fn selection(form: &Query) -> Result<Selection, String> {
    if let Some(prefix) = form.get("prefix") {
        return Ok(Selection::Prefix(prefix.to_owned()));
    }
    if let Some(project) = form.get("project") {
        return Ok(Selection::Project(CloudId::new(project)));
    }
    let ids: BTreeSet<CloudId> = form.all("server").map(CloudId::new).collect();
    if ids.is_empty() {
        return Err("no server is chosen: choose one or more, or say how their names begin, or of which project they are"
            .to_owned());
    }
    Ok(Selection::Servers(ids))
}

/// The page that a form of these is on, to which its answer leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormPage {
    /// The proposed groups of a cloud.
    #[default]
    Groups,
    /// The page of the one server that the form is about.
    Server,
}

impl FormPage {
    /// The field that tells it.
    pub const FIELD: &str = "from";

    /// The word for it in a form.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Groups => "groups",
            Self::Server => "server",
        }
    }

    fn read(form: &Query) -> Self {
        match form.get(Self::FIELD) {
            Some(word) if word == Self::Server.word() => Self::Server,
            Some(_) | None => Self::Groups,
        }
    }
}

/// Says which environment servers belong to.
#[derive(Clone, Debug)]
pub struct AssignForm {
    /// What is said.
    pub wish: Wish,
    /// Why; may be empty.
    pub reason: String,
    /// Where it was filled in.
    pub from: FormPage,
}

impl AssignForm {
    /// Reads it as a form sends it: servers may be several fields of one name.
    pub fn read(cloud: CloudName, form: &Query) -> Result<Self, String> {
        let environment = form
            .value("environment")?
            .ok_or("environment: name the environment that they belong to")?;
        Ok(Self {
            wish: Wish {
                cloud,
                servers: selection(form)?,
                environment,
                kind: form.value("kind")?,
                group: form.value("group")?,
                ordinal: form.number("ordinal")?,
            },
            reason: form.get("reason").unwrap_or_default().to_owned(),
            from: FormPage::read(form),
        })
    }
}

/// Takes back what was said of servers.
#[derive(Clone, Debug)]
pub struct UnassignForm {
    /// Of which.
    pub servers: Selection,
    /// Why; may be empty.
    pub reason: String,
    /// Where it was filled in.
    pub from: FormPage,
}

impl UnassignForm {
    /// Reads it as a form sends it.
    pub fn read(form: &Query) -> Result<Self, String> {
        Ok(Self {
            servers: selection(form)?,
            reason: form.get("reason").unwrap_or_default().to_owned(),
            from: FormPage::read(form),
        })
    }
}

/// The field that tells a rule apart, with its value.
pub fn rule_field(rule: &Rule) -> (&'static str, String) {
    match rule {
        Rule::Prefix(prefix) => ("prefix", prefix.clone()),
        Rule::Project(project) => ("project", project.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::collection::Owner;

    fn lab() -> CloudName {
        CloudName::new("lab two").unwrap()
    }

    #[test]
    fn a_filter_survives_its_address() {
        let filter = HeldFilter {
            owner: Some(Owner::Foreign),
            environment: Some("shop".parse().unwrap()),
            status: Some("ACTIVE".into()),
            project: Some(CloudId::new("p/1")),
            q: Some("a b&c".into()),
            sort: HeldSort::Place,
            direction: Direction::Descending,
            after: Some("x".into()),
            ..HeldFilter::all(lab(), HeldKind::Server)
        };
        let address = held(&filter);
        assert!(
            address.starts_with("/clouds/lab%20two/server?"),
            "{address}"
        );
        let query = Query::parse(address.split_once('?').unwrap().1);
        assert_eq!(
            held_filter(lab(), HeldKind::Server, &query),
            Ok(filter.clone())
        );
        let export = held_export(HELD_CSV, &filter);
        assert!(export.starts_with("/clouds/lab%20two/held.csv?kind=server&"));
        assert!(!export.contains("after"));
    }

    #[test]
    fn a_form_may_name_several_servers() {
        let form = Query::parse("server=a&server=b&environment=shop&group=web&kind=staging");
        let read = AssignForm::read(lab(), &form).unwrap();
        let expected = [CloudId::new("a"), CloudId::new("b")].into();
        assert_eq!(read.wish.servers, Selection::Servers(expected));
        let error = AssignForm::read(lab(), &Query::parse("environment=shop")).unwrap_err();
        assert!(error.contains("no server is chosen"), "{error}");
        let error = AssignForm::read(lab(), &Query::parse("server=a")).unwrap_err();
        assert!(error.contains("name the environment"), "{error}");
    }
}
