//! The forms by which a person says which environment foreign servers belong to.

use leptos::prelude::*;
use model::environment::EnvironmentKind;
use model::id::CloudId;
use model::name::{CloudName, EnvironmentName, GroupName};

use super::form::{self, hidden};
use crate::routes::{self, FormPage};

/// What a form is filled in with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled {
    /// The environment.
    pub(crate) environment: Option<EnvironmentName>,
    /// What it is for, where it has to be made.
    pub(crate) kind: Option<EnvironmentKind>,
    /// The group.
    pub(crate) group: Option<GroupName>,
    /// The number in the group; no field for it where this is none.
    pub(crate) ordinal: Option<u32>,
}

/// The names that may be chosen for an environment: one list for all forms of a page.
pub(crate) fn environments(known: &[(EnvironmentName, EnvironmentKind)]) -> impl IntoView + use<> {
    view! {
        <datalist id="environments">
            {known
                .iter()
                .map(|(name, kind)| {
                    view! { <option value=name.to_string()>{kind.word()}</option> }
                })
                .collect_view()}
        </datalist>
    }
}

/// The fields of a form that assigns; `id` tells the fields of several forms of a page apart.
pub(crate) fn fields(id: &str, filled: Filled) -> impl IntoView + use<> {
    let Filled {
        environment,
        kind,
        group,
        ordinal,
    } = filled;
    let of = |field: &str| format!("{id}-{field}");
    let text = |name: Option<String>| name.unwrap_or_default();
    let kinds = EnvironmentKind::ALL
        .into_iter()
        .filter(|kind| *kind != EnvironmentKind::Temporary)
        .map(|choice| {
            view! {
                <option value=choice.word() selected=kind == Some(choice)>
                    {choice.word()}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=of("environment")>"Environment"</label>
            <input
                id=of("environment")
                name="environment"
                list="environments"
                required=true
                autocomplete="off"
                spellcheck="false"
                value=text(environment.map(|name| name.to_string()))
            />
        </div>
        <div class="field">
            <label for=of("kind")>"If it is new, it is for"</label>
            <select id=of("kind") name="kind">
                {kinds}
            </select>
        </div>
        <div class="field">
            <label for=of("group")>"Group"</label>
            <input
                id=of("group")
                name="group"
                autocomplete="off"
                spellcheck="false"
                placeholder="as each is told"
                value=text(group.map(|name| name.to_string()))
            />
        </div>
        {ordinal
            .map(|ordinal| {
                view! {
                    <div class="field">
                        <label for=of("ordinal")>"Number"</label>
                        <input
                            id=of("ordinal")
                            name="ordinal"
                            type="number"
                            min="0"
                            max="999999"
                            value=ordinal.to_string()
                        />
                    </div>
                }
            })}
        <div class="field">
            <label for=of("reason")>"Reason"</label>
            <input id=of("reason") name="reason" autocomplete="off" placeholder="for the log" />
        </div>
    }
}

/// Takes back what was said of one server, or by one rule.
pub(crate) fn take_back(
    cloud: &CloudName,
    from: FormPage,
    field: &'static str,
    value: impl Into<String>,
    label: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=routes::unassign(cloud)>
            {form::token()}
            {hidden(FormPage::FIELD, from.word())}
            {hidden(field, value)}
            {form::submit(label, "", None)}
        </form>
    }
}

/// A server that a form is about, to be left out by a person; `field` tells it apart on the page.
pub(crate) fn chosen(field: String, id: &CloudId, label: String) -> impl IntoView + use<> {
    view! {
        <div class="choice">
            <input
                id=field.clone()
                type="checkbox"
                name="server"
                value=id.to_string()
                checked=true
            />
            <label for=field>{label}</label>
        </div>
    }
}
