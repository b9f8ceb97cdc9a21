//! A report as a page, to read and to print; the same as files for a wiki, a spreadsheet, a program.

use leptos::prelude::*;
use model::name::EnvironmentName;
use plan::report::{Align, Cell, Column, Report, Row, RowKind, Table};

use crate::components::badge;
use crate::components::form::{choices, field, select};
use crate::components::frame::{Place, heading};
use crate::components::rooms::{Room, rooms};
use crate::context::{Shown, page, path, query, readable};
use crate::data::ReportData;
use crate::routes::{self, ReportAsk, ReportKind};

/// The page.
#[component]
pub(crate) fn ReportPage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "environment")?;
        let ask = readable(ReportAsk::read(&query()))?;
        let data = backend.report(&name, &ask).await?;
        Ok(Shown {
            title: format!("Reports on {name}"),
            place: Place::Environments,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &ReportData) -> impl IntoView + use<> {
    let ReportData {
        environment,
        ask,
        others,
        report,
    } = data;
    let name = &environment.name;
    let kind = badge::kind(environment.kind).into_any();
    let files = [
        ("md", "Markdown"),
        ("wiki", "MediaWiki"),
        ("csv", "CSV"),
        ("json", "JSON"),
    ]
    .map(|(ending, label)| {
        view! {
            <a class="button" href=routes::report_file(name, ask, ending)>
                {label}
            </a>
        }
    })
    .collect_view();
    let Report {
        title,
        notes,
        tables,
    } = report;
    let notes = notes
        .iter()
        .map(|note| view! { <li>{note.clone()}</li> })
        .collect_view();
    view! {
        {heading(format!("Reports on {name}"), Some(kind), files)}
        {rooms(name, Room::Reports)}
        {chooser(name, ask, others)}
        <section aria-labelledby="report-title">
            <h2 id="report-title">{title.clone()}</h2>
            <ul class="tight">{notes}</ul>
            {tables.iter().map(table).collect_view()}
        </section>
    }
}

/// What a report is called on the page.
const fn words(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Summary => "In figures, beside what was stated",
        ReportKind::Usage => "By category, today and in future",
        ReportKind::Estimate => "What it will need",
        ReportKind::Request => "Request to a provider",
        ReportKind::Sites => "Held against what sites offer",
        ReportKind::Open => "What is still open",
    }
}

fn chooser(
    name: &EnvironmentName,
    ask: &ReportAsk,
    others: &[EnvironmentName],
) -> impl IntoView + use<> {
    let ReportAsk {
        kind,
        with,
        temporary,
    } = ask;
    let kinds = ReportKind::ALL.map(|one| (one.word().to_owned(), words(one).to_owned()));
    let names = || others.iter().map(ToString::to_string);
    let with = with.as_ref().map(ToString::to_string);
    let temporary = temporary.as_ref().map(ToString::to_string);
    view! {
        <form class="filter" method="get" action=routes::reports(name)>
            {field(
                "report-kind",
                "Report",
                None,
                select("report-kind", "report", Some(kind.word()), kinds.to_vec()),
            )}
            {field(
                "report-with",
                "With",
                None,
                select(
                    "report-with",
                    "with",
                    with.as_deref(),
                    choices("no other environment", names()),
                ),
            )}
            {field(
                "report-temporary",
                "Temporary environment",
                None,
                select(
                    "report-temporary",
                    "temporary",
                    temporary.as_deref(),
                    choices("none", names()),
                ),
            )}
            <div class="filter-actions">
                <button type="submit">"Show"</button>
            </div>
        </form>
    }
}

const fn class_of(align: Align) -> &'static str {
    match align {
        Align::Left => "",
        Align::Right => "num",
    }
}

fn table(table: &Table) -> impl IntoView + use<> {
    let Table {
        caption,
        columns,
        rows,
    } = table;
    let head = columns
        .iter()
        .map(|column| {
            view! {
                <th scope="col" class=class_of(column.align)>
                    {column.head()}
                </th>
            }
        })
        .collect_view();
    let rows = rows.iter().map(|one| row(columns, one)).collect_view();
    view! {
        <div class="scroll" role="region" aria-label=caption.clone() tabindex="0">
            <table class="report">
                <caption>{caption.clone()}</caption>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(columns: &[Column], row: &Row) -> impl IntoView + use<> {
    let Row { kind, cells } = row;
    let class = match kind {
        RowKind::Plain => "",
        RowKind::SubTotal => "sub-total",
        RowKind::Part => "part",
        RowKind::Total => "total",
    };
    let cells = columns
        .iter()
        .zip(cells)
        .enumerate()
        .map(|(place, (column, cell))| {
            let text = cell.shown(column);
            let class = match cell {
                Cell::Unknown { .. } => "muted",
                Cell::Nothing | Cell::Text { .. } | Cell::Count { .. } | Cell::Amount { .. } => {
                    class_of(column.align)
                }
            };
            if place == 0 {
                view! { <th scope="row">{text}</th> }.into_any()
            } else {
                view! { <td class=class>{text}</td> }.into_any()
            }
        })
        .collect_view();
    view! { <tr class=class>{cells}</tr> }
}
