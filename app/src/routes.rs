//! Every address of the product in one place: the pages' own, and those that change something.
//! The server mounts the same constants and reads the same forms, so that a link can't be wrong.
//!
//! Whatever changes something is a plain `POST`, answered by 303 (or by a page made with
//! [`crate::refusal_page`] where it is refused). Every form sends [`FORM_TOKEN`]:
//!
//! | route | form | where the answer leads |
//! |---|---|---|
//! | [`SIGN_IN`] | [`SignInForm`] | `/`, or [`SIGN_IN`]`?refused=1` |
//! | [`SIGN_OUT`] | [`PlainForm`] | [`SIGN_IN`] |
//! | [`COPIES`] | [`CopyForm`] | the new environment's page |
//! | [`DESTROY`] | [`DestroyForm`] | the operation's page, or the environment's |
//! | [`EXTEND`] | [`ExtendForm`] | the environment's page |
//! | [`POWER`] | [`PowerForm`] | the operation's page, or the environment's |
//! | [`RESUME`] | [`PlainForm`] | the operation's page |
//! | [`FETCH_KEY`] | [`PlainForm`] | the private key, as a file |
//! | [`COLLECT`] | [`PlainForm`] | the cloud's page |
//! | [`ASSIGN`] | [`AssignForm`] | the page that the form was on |
//! | [`UNASSIGN`] | [`UnassignForm`] | the page that the form was on |
//! | [`NOTES`] | [`NoteForm`] | the page of the notes |
//! | [`PRICES`] | [`PricesForm`] | the page of the prices |
//! | [`CASES`] | [`CaseForm`] | the page of the case study |
//! | [`CASE_REMOVE`] | [`CaseRemoveForm`] | the list of case studies |
//! | [`RESERVATIONS`] | [`ReservationForm`] | the page of capacity by date |
//! | [`TARGETS`] | [`TargetForm`] | the page of capacity by date |
//! | [`WHAT_IF`] | [`ScenarioForm`] | the page of the question |
//! | [`EDIT`] | [`sent`] and [`model::edit::Field`] | the editor, or the environment's page |
//! | [`COMPARE`] | [`CompareAsk`], with [`SIDE_FILE`] and [`SIDE_TEXT`] of each side | the comparison, or its page where a file is none |
//! | [`EXPLAIN`] | [`ExplainForm`] | the comparison that the form was on |

mod asks;
mod capacity;
mod cases;
mod clouds;
mod edit;
mod forms;
mod query;
mod tells;

use model::environment::Layer;
use model::id::{OperationId, RevisionNumber};
use model::name::{EnvironmentName, GroupName, KeypairName};

pub use asks::{
    CompareAsk, CompareBy, CompareSizing, CopyAsk, EnvironmentAsk, FILE, InstanceAsk, PricesAsk,
    SIDE_FILE, SIDE_TEXT, compare, is_of_file,
};
pub use capacity::{
    CAPACITY, CapacityAsk, RESERVATIONS, ReservationForm, TARGETS, TargetForm, USUAL_DAYS, question,
};
pub use cases::{
    CASE_FILE, CASE_REMOVE, CASES, CaseForm, CaseRemoveForm, NearestAsk, case, case_file,
    case_remove, nearest, nearest_file, nearest_for,
};
pub use clouds::{
    ASSIGN, AssignForm, CLOUDS, COLLECT, FormPage, HELD_CSV, HELD_JSON, UNASSIGN, UnassignForm,
    assign, cloud, collect, groups, held, held_all, held_export, held_filter, rule_field, thing,
    unassign,
};
pub use edit::{EDIT, EditAsk, button, edit, sent, take_back};
pub use forms::{
    CopyForm, DestroyForm, ExplainForm, ExtendForm, NoteForm, PlainForm, PowerForm, PricesForm,
    ScenarioForm, SignInForm,
};
pub use query::{Query, export, instance_filter, instances, instances_of, sort_word};
pub use tells::{
    KEPT, ReportAsk, ReportKind, RunbookAsk, WhatIfAsk, report, report_file, reports, runbook,
    runbook_file, runbook_for, what_if, what_if_ground, what_if_kept,
};

/// The dashboard.
pub const DASHBOARD: &str = "/";
/// Signing in: the page, and the `POST` of [`SignInForm`]. The one-time link is this address with
/// `?token=…`: opening it signs in. A browser that only loads it ahead gets the page with the
/// token filled in, so that this does not use it up.
pub const SIGN_IN: &str = "/sign-in";
/// Signing out.
pub const SIGN_OUT: &str = "/sign-out";
/// The list of environments.
pub const ENVIRONMENTS: &str = "/environments";
/// The inventory.
pub const INSTANCES: &str = "/instances";
/// The inventory as a file, by the same filter: `CSV` or JSON ([`export`]).
pub const INSTANCES_CSV: &str = "/instances.csv";
/// As [`INSTANCES_CSV`].
pub const INSTANCES_JSON: &str = "/instances.json";
/// The comparison: the page, and the `POST` of what is chosen for it, files among it.
pub const COMPARE: &str = "/compare";
/// `POST`: says what a difference is put down to.
pub const EXPLAIN: &str = "/compare/explain";
/// What if the environment `{name}` were otherwise, and the `POST` of [`ScenarioForm`].
pub const WHAT_IF: &str = "/environments/{name}/what-if";
/// What things cost: the page, and the `POST` of [`PricesForm`].
pub const PRICES: &str = "/prices";
/// The same as CSV.
pub const PRICES_CSV: &str = "/prices.csv";
/// The list of operations.
pub const OPERATIONS: &str = "/operations";
/// The log of acts.
pub const AUDIT: &str = "/audit";
/// `POST`: starts a copy of the environment `{name}`.
pub const COPIES: &str = "/environments/{name}/copies";
/// `POST`: takes the environment `{name}` down. The page of the same address asks before.
pub const DESTROY: &str = "/environments/{name}/destroy";
/// `POST`: extends the lease of `{name}`.
pub const EXTEND: &str = "/environments/{name}/extend";
/// `POST`: stops or starts an instance of `{name}`.
pub const POWER: &str = "/environments/{name}/power";
/// The notes about the environment `{name}`, and the `POST` that writes one.
pub const NOTES: &str = "/environments/{name}/notes";
/// `POST`: gives the private half of the keypair `{keypair}` of `{name}`.
pub const FETCH_KEY: &str = "/environments/{name}/keys/{keypair}";
/// `POST …/{environment}/{group}/{ordinal}/{token}`, by instances: one reports that it is ready. No
/// session is needed, only the token.
pub const PHONE_HOME: &str = "/phone-home";
/// `POST …/{environment}/{group}/{ordinal}`, by collectd on the host of an instance: what it measures. No
/// session is needed, only the host's own token in a header.
pub const COLLECTD: &str = "/collectd";
/// `POST`: takes the stopped operation `{id}` up again.
pub const RESUME: &str = "/operations/{id}/resume";
/// `GET`: the events of the operation `{id}` as server-sent events, each a
/// [`model::operation::Event`] as JSON with its number as the id; `?after=N` or the header
/// `Last-Event-ID` begins after the event N. The stream closes after the event `ended`.
pub const EVENTS: &str = "/operations/{id}/events";

/// The hidden field that every form sends.
pub const FORM_TOKEN: &str = "form_token";

/// The page of an environment.
pub fn environment(name: &EnvironmentName) -> String {
    format!("/environments/{name}")
}

/// The page of one revision of one layer of an environment.
pub fn environment_at(name: &EnvironmentName, layer: Layer, number: RevisionNumber) -> String {
    format!("/environments/{name}?layer={layer}&revision={number}")
}

/// The page of one layer of an environment, newest revision.
pub fn environment_layer(name: &EnvironmentName, layer: Layer) -> String {
    format!("/environments/{name}?layer={layer}")
}

/// The preview of a copy.
pub fn copy_preview(source: &EnvironmentName) -> String {
    format!("/environments/{source}/copy")
}

/// Where a copy is started: [`COPIES`].
pub fn copies(source: &EnvironmentName) -> String {
    format!("/environments/{source}/copies")
}

/// The page that asks before destroying, and where it posts to: [`DESTROY`].
pub fn destroy(name: &EnvironmentName) -> String {
    format!("/environments/{name}/destroy")
}

/// Where a lease is extended: [`EXTEND`].
pub fn extend(name: &EnvironmentName) -> String {
    format!("/environments/{name}/extend")
}

/// Where an instance is stopped or started: [`POWER`].
pub fn power(name: &EnvironmentName) -> String {
    format!("/environments/{name}/power")
}

/// Where the private half of a keypair is fetched: [`FETCH_KEY`].
pub fn fetch_key(name: &EnvironmentName, keypair: &KeypairName) -> String {
    format!("/environments/{name}/keys/{keypair}")
}

/// The notes about an environment, and where they are written: [`NOTES`].
pub fn notes(name: &EnvironmentName) -> String {
    format!("/environments/{name}/notes")
}

/// The page of an instance.
pub fn instance(name: &EnvironmentName, group: &GroupName, ordinal: u32) -> String {
    format!("/environments/{name}/instances/{group}/{ordinal}")
}

/// The page of an operation.
pub fn operation(id: OperationId) -> String {
    format!("/operations/{id}")
}

/// Where a stopped operation is taken up again: [`RESUME`].
pub fn resume(id: OperationId) -> String {
    format!("/operations/{id}/resume")
}

/// The events of an operation after one of them: [`EVENTS`].
pub fn events(id: OperationId, after: u64) -> String {
    format!("/operations/{id}/events?after={after}")
}

/// The log of acts of one environment.
pub fn audit_of(name: &EnvironmentName) -> String {
    format!("{AUDIT}?environment={name}")
}
