//! What differs, by what it is put down to and then kind by kind: what nobody can account for first.
//! Each difference can be put down to something by whoever knows, with a reason.

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::diff::{ChangeRow, ChangeWord, DiffTotals};
use plan::explain::{Class, Explained, Fingerprint};

use crate::components::badge::{self, Tone};
use crate::components::empty::empty;
use crate::components::pager::pager;
use crate::components::{change, form};
use crate::fmt;
use crate::routes::{self, CompareAsk};

/// A difference with what it is put down to.
#[derive(Clone, Copy)]
pub(super) struct Difference<'a> {
    pub(super) change: &'a ChangeRow,
    pub(super) explained: &'a Explained,
}

const fn tone(class: Class) -> Tone {
    match class {
        Class::Unexplained => Tone::Warning,
        Class::Drift => Tone::Active,
        Class::Scaled => Tone::Neutral,
        Class::Intended => Tone::Ok,
    }
}

/// What a class means, in a sentence.
const fn meaning(class: Class) -> &'static str {
    match class {
        Class::Unexplained => "Nothing that anybody wrote says why these differ.",
        Class::Drift => "These were meant to be the same, and have become different.",
        Class::Scaled => "More or fewer, larger or smaller, and otherwise the same.",
        Class::Intended => "A recipe, a plan, a note or a person says that these differ.",
    }
}

/// How many of each kind of change and of each class, each a link that narrows to it.
pub(super) fn counts(
    ask: &CompareAsk,
    totals: DiffTotals,
    explained: &[Explained],
) -> impl IntoView + use<> {
    let DiffTotals {
        added,
        removed,
        changed,
        unchanged: _,
    } = totals;
    let link = |show: Option<ChangeWord>, n: usize| {
        let href = CompareAsk {
            show,
            from: 0,
            ..ask.clone()
        }
        .address();
        let current = (ask.show == show).then_some("true");
        let label = match show {
            Some(word) => change::word(word).into_any(),
            None => "all".into_any(),
        };
        view! {
            <a href=href aria-current=current>
                {label}
                " "
                <span class="tally">{n}</span>
            </a>
        }
    };
    let of_class = |class: Option<Class>| {
        let href = CompareAsk {
            class,
            from: 0,
            ..ask.clone()
        }
        .address();
        let current = (ask.class == class).then_some("true");
        let n = explained
            .iter()
            .filter(|explained| class.is_none_or(|class| explained.class == class))
            .count();
        let label = class.map_or("all", Class::word);
        view! {
            <a href=href aria-current=current>
                {label}
                " "
                <span class="tally">{n}</span>
            </a>
        }
    };
    view! {
        <nav class="tabs" aria-label="Kind of change">
            {link(None, added + removed + changed)}
            {link(Some(ChangeWord::Added), added)}
            {link(Some(ChangeWord::Removed), removed)}
            {link(Some(ChangeWord::Changed), changed)}
        </nav>
        <nav class="tabs" aria-label="What it is put down to">
            {of_class(None)}
            {Class::ALL.map(|class| of_class(Some(class))).collect_view()}
        </nav>
    }
}

/// The most telling kinds first: a manager looks for groups and instances.
fn rank(kind: &str) -> u8 {
    match kind {
        "group" | "instance" => 0,
        "environment" => 1,
        "profile" | "volume" | "floating-ip" => 2,
        "flavor" => 3,
        "declared" | "fact" => 5,
        _ => 4,
    }
}

/// How many differences are on a page: whoever wants all of them takes the API's.
const PAGE: usize = 200;

/// The differences that are asked for, a page of them.
pub(super) fn sections(ask: &CompareAsk, mut rows: Vec<Difference<'_>>) -> AnyView {
    rows.retain(|row| {
        let (class, change) = (row.explained.class, row.change.change);
        ask.show.is_none_or(|word| word == change) && ask.class.is_none_or(|wanted| wanted == class)
    });
    let place = |row: &Difference<'_>| (row.explained.class, rank(&row.change.kind));
    rows.sort_by(|a, b| {
        place(a)
            .cmp(&place(b))
            .then_with(|| a.change.kind.cmp(&b.change.kind))
    });
    let all = rows.len();
    let shown = all.saturating_sub(ask.from).min(PAGE);
    let mut classes: BTreeMap<Class, Vec<Difference<'_>>> = BTreeMap::new();
    for row in rows.into_iter().skip(ask.from).take(PAGE) {
        classes.entry(row.explained.class).or_default().push(row);
    }
    if classes.is_empty() {
        let all = CompareAsk {
            show: None,
            class: None,
            from: 0,
            ..ask.clone()
        };
        return empty(
            "Nothing of that kind.",
            view! { <a href=all.address()>"Show all changes"</a> },
        )
        .into_any();
    }
    let classes = classes
        .into_iter()
        .map(|(class, rows)| of_class(ask, class, &rows))
        .collect_view();
    let page = |from| {
        CompareAsk {
            from,
            ..ask.clone()
        }
        .address()
    };
    let next = ask.from + shown;
    let pager = (shown < all).then(|| {
        pager(
            shown,
            all.try_into().unwrap_or(u64::MAX),
            ("change", "changes"),
            (ask.from > 0).then(|| page(0)),
            (next < all).then(|| page(next)),
        )
    });
    view! { {classes} {pager} }.into_any()
}

fn of_class(ask: &CompareAsk, class: Class, rows: &[Difference<'_>]) -> impl IntoView + use<> {
    let mut kinds: BTreeMap<(u8, String), Vec<Difference<'_>>> = BTreeMap::new();
    for row in rows {
        let kind = row.change.kind.clone();
        kinds.entry((rank(&kind), kind)).or_default().push(*row);
    }
    let id = format!("class-{}", class.word());
    let title = fmt::capital(class.word());
    // What is meant to be so is there for whoever looks for it.
    let open = class != Class::Intended || ask.class == Some(class);
    let kinds = kinds
        .into_iter()
        .map(|((rank, kind), rows)| table(ask, &kind, &rows, open && rank < 4))
        .collect_view();
    let label = id.clone();
    view! {
        <section class="difference-class" aria-labelledby=label>
            <h3 id=id>{badge::badge(tone(class), title)}</h3>
            <p class="muted">{meaning(class)}</p>
            {kinds}
        </section>
    }
}

fn table(
    ask: &CompareAsk,
    kind: &str,
    rows: &[Difference<'_>],
    open: bool,
) -> impl IntoView + use<> {
    let title = format!("{} · {}", fmt::capital(&kind.replace('-', " ")), rows.len());
    let rows = rows
        .iter()
        .map(|row| change::row(row.change, Some(why(ask, row))))
        .collect_view();
    let label = kind.to_owned();
    view! {
        <details class="changes" open=open>
            <summary>
                <h4>{title}</h4>
            </summary>
            <div class="scroll" role="region" aria-label=label tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Change"</th>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Fields"</th>
                            <th scope="col">"Why"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

/// What a difference is put down to, and the form to say otherwise.
fn why(ask: &CompareAsk, row: &Difference<'_>) -> AnyView {
    let Difference { change, explained } = *row;
    let Explained { class, why, said } = explained.clone();
    let by = said.then_some(" (a person said so)");
    // Only what is open, or was said by somebody, is asked about; of a file nobody says anything.
    let asked = ask.is_of_states() && (said || class != Class::Intended);
    let form = asked.then(|| {
        let about = format!("{} {}", change.kind, change.key);
        let comparison = ask.address();
        let comparison = comparison
            .split_once('?')
            .map_or_else(String::new, |(_, query)| query.to_owned());
        let choices = Class::ALL
            .into_iter()
            .filter(|class| *class != Class::Unexplained)
            .map(|other| {
                let word = other.word();
                view! {
                    <option value=word selected=said && other == class>
                        {word}
                    </option>
                }
            })
            .collect_view();
        let fingerprint = Fingerprint::of(change).as_str().to_owned();
        let reason = if said { why.clone() } else { String::new() };
        view! {
            <details class="explain">
                <summary>
                    {if said { "Say otherwise" } else { "Say why" }}
                    <span class="visually-hidden">" of " {about.clone()}</span>
                </summary>
                <form method="post" action=routes::EXPLAIN class="stack">
                    {form::token()}
                    {form::hidden("comparison", comparison)}
                    {form::hidden("fingerprint", fingerprint)}
                    <label>
                        "Put down to "
                        <select name="class">
                            {choices}
                            <option value="">"nothing: take it back"</option>
                        </select>
                    </label>
                    <label>
                        "Reason " <input type="text" name="reason" maxlength="300" value=reason />
                    </label>
                    <button type="submit">"Say so"</button>
                </form>
            </details>
        }
    });
    view! {
        <p class="why">
            {fmt::capital(&why)} {by.map(|by| view! { <span class="muted">{by}</span> })}
        </p>
        {form}
    }
    .into_any()
}
