//! The servers of a cloud that look like groups: a question to a person, with a form that answers it;
//! and the rules that go on to answer it.

use leptos::prelude::*;
use model::id::CloudId;
use model::name::CloudName;
use plan::grouping::{Proposal, kind_of};

use super::cloud::{Part, head};
use crate::components::assign::{self, Filled};
use crate::components::empty::empty;
use crate::components::form;
use crate::components::frame::Place;
use crate::components::time;
use crate::context::{Shown, page, path, query, readable};
use crate::data::{ASSIGNED_AT_ONCE, GroupsData, RuleLine};
use crate::fmt;
use crate::routes::{self, FormPage};

/// The page.
#[component]
pub(crate) fn GroupsPage() -> impl IntoView {
    page(|backend| async move {
        let cloud = path("cloud", "cloud")?;
        let from = readable(query().number("from"))?.unwrap_or(0);
        let data = backend.groups(&cloud, from).await?;
        Ok(Shown {
            title: format!("Proposed groups of {}", data.cloud.name),
            place: Place::Clouds,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &GroupsData) -> impl IntoView + use<> {
    let GroupsData {
        cloud,
        groups,
        total,
        from,
        unassigned,
        untold,
        projects,
        rules,
        environments,
    } = data;
    let name = cloud.name.clone();
    let number = |n: usize| fmt::number(n.try_into().unwrap_or(u64::MAX));
    let cards = groups
        .iter()
        .enumerate()
        .map(|(at, proposal)| card(&name, at, proposal, projects))
        .collect_view();
    let body = if *unassigned == 0 {
        empty(
            "Every server belongs to somebody.",
            "There is none that nobody assigned.",
        )
        .into_any()
    } else if *total == 0 {
        empty(
            "Nothing tells which servers belong together.",
            "Their names are numbers or addresses: choose servers from the list, or make a rule.",
        )
        .into_any()
    } else {
        let shown = from + groups.len();
        let back = (*from > 0).then(|| {
            view! {
                <a class="button" href=routes::groups(&name, 0)>
                    "First page"
                </a>
            }
        });
        let next = (shown < *total).then(|| {
            view! {
                <a class="button" rel="next" href=routes::groups(&name, shown)>
                    "Next page"
                </a>
            }
        });
        view! {
            <p class="muted">
                {number(*unassigned)}
                " servers belong to nobody we know; "
                {number(unassigned.saturating_sub(*untold))}
                " of them look like "
                {number(*total)}
                " groups. Nothing is done to a server by saying where it belongs."
            </p>
            {cards}
            <nav class="pager" aria-label="Pages">
                <p class="muted">
                    {format!("Groups {} to {} of {}", from + 1, shown, total)}
                </p>
                <div class="actions">{back} {next}</div>
            </nav>
        }
        .into_any()
    };
    view! {
        {head(cloud, Some("proposed groups"), Part::Groups, ().into_any())}
        {assign::environments(environments)}
        {body}
        <section aria-labelledby="rules-title">
            <h2 id="rules-title">"Rules"</h2>
            <p class="muted">
                "A rule assigns servers that are there and those to come. What a person said of one server goes before any rule."
            </p>
            {rule_table(&name, rules)}
            {rule_form(&name, projects)}
        </section>
    }
}

fn card(
    cloud: &CloudName,
    at: usize,
    proposal: &Proposal,
    projects: &[(CloudId, String)],
) -> impl IntoView + use<> {
    let Proposal {
        project,
        environment,
        group,
        members,
    } = proposal;
    let id = format!("group-{at}");
    let reasons: Vec<String> = proposal.reasons().iter().map(ToString::to_string).collect();
    let project = project.as_ref().filter(|_| projects.len() > 1).map(|id| {
        let known = projects.iter().find(|(known, _)| known == id);
        let name = known.map_or_else(|| id.to_string(), |(_, name)| name.clone());
        format!(", project {name}")
    });
    let looks = environment
        .as_ref()
        .map(|name| format!(", looks like {name}"));
    let count = fmt::counted(
        members.len().try_into().unwrap_or(u64::MAX),
        "server",
        "servers",
    );
    let first: Vec<&str> = members
        .iter()
        .take(4)
        .map(|member| member.name.as_str())
        .collect();
    let rest = if members.len() > first.len() {
        ", …"
    } else {
        ""
    };
    let example = format!("{}{rest}", first.join(", "));
    // What all go by stands above.
    let alike = proposal.reasons().len() == 1;
    let chosen = members
        .iter()
        .take(ASSIGNED_AT_ONCE)
        .enumerate()
        .map(|(at, member)| {
            let because = if alike {
                String::new()
            } else {
                format!(", {}", member.because)
            };
            let label = format!("{} as {group}[{}]{because}", member.name, member.ordinal);
            assign::chosen(format!("{id}-server-{at}"), &member.id, label)
        })
        .collect_view();
    let more = (members.len() > ASSIGNED_AT_ONCE).then(|| {
        let text = format!(
            "The first {ASSIGNED_AT_ONCE} are assigned at once, the others stay proposed; a rule assigns all."
        );
        view! { <p class="hint">{text}</p> }
    });
    let filled = Filled {
        kind: environment.as_ref().map(kind_of),
        environment: environment.clone(),
        group: Some(group.clone()),
        ordinal: None,
    };
    let title = format!("{id}-title");
    let labelled_by = title.clone();
    view! {
        <form
            class="card proposal"
            method="post"
            action=routes::assign(cloud)
            aria-labelledby=labelled_by
        >
            {form::token()}
            <div class="card-head">
                <h2 id=title>
                    <code>{group.to_string()}</code>
                    " "
                    {count}
                </h2>
                <p class="muted">{reasons.join(", ")} {looks} {project}</p>
            </div>
            <details>
                <summary>{example}</summary>
                <fieldset class="choices">
                    <legend class="visually-hidden">"Servers"</legend>
                    {chosen}
                </fieldset>
            </details>
            {more}
            <div class="filter">
                {assign::fields(&id, filled)}
                <div class="filter-actions">{form::submit("Assign", "primary", None)}</div>
            </div>
        </form>
    }
}

fn rule_table(cloud: &CloudName, rules: &[RuleLine]) -> Option<AnyView> {
    if rules.is_empty() {
        return None;
    }
    let rows = rules
        .iter()
        .map(|line| {
            let (field, value) = routes::rule_field(&line.rule);
            let group = line.group.as_ref().map_or_else(
                || "the one that each looks to be of".to_owned(),
                ToString::to_string,
            );
            view! {
                <tr>
                    <th scope="row">{line.rule.to_string()}</th>
                    <td>
                        <a href=routes::environment(&line.environment)>
                            {line.environment.to_string()}
                        </a>
                    </td>
                    <td>{group}</td>
                    <td>{time::relative(line.since)}</td>
                    <td>{assign::take_back(cloud, FormPage::Groups, field, value, "Take it back")}</td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <div class="scroll" role="region" aria-label="Rules" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Servers"</th>
                            <th scope="col">"Environment"</th>
                            <th scope="col">"Group"</th>
                            <th scope="col">"Since"</th>
                            <th scope="col">
                                <span class="visually-hidden">"What can be done"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any(),
    )
}

fn rule_form(cloud: &CloudName, projects: &[(CloudId, String)]) -> impl IntoView + use<> {
    let choices = projects
        .iter()
        .map(|(id, name)| view! { <option value=id.to_string()>{name.clone()}</option> })
        .collect_view();
    view! {
        <details class="card">
            <summary>"Make a rule"</summary>
            <form class="filter" method="post" action=routes::assign(cloud)>
                {form::token()}
                <div class="field">
                    <label for="rule-prefix">"Names that begin with"</label>
                    <input id="rule-prefix" name="prefix" autocomplete="off" spellcheck="false" />
                </div>
                {(!projects.is_empty())
                    .then(|| {
                        view! {
                            <div class="field">
                                <label for="rule-project">"or all of the project"</label>
                                <select id="rule-project" name="project">
                                    <option value="">"none"</option>
                                    {choices}
                                </select>
                            </div>
                        }
                    })}
                {assign::fields("rule", Filled::default())}
                <div class="filter-actions">{form::submit("Make the rule", "primary", None)}</div>
            </form>
        </details>
    }
}
