//! What things cost, at a site or anywhere: the price books, dated, and all of them as a table that any
//! spreadsheet reads.

use leptos::prelude::*;
use model::name::SiteName;
use model::price::{Price, PriceBook};

use crate::components::badge::{Tone, badge};
use crate::components::empty::empty;
use crate::components::form::{self, field, select};
use crate::components::frame::{Place, heading};
use crate::components::icon::{Icon, icon};
use crate::context::{Shown, page, query, readable};
use crate::data::PricesData;
use crate::routes::{self, PricesAsk};

/// The page.
#[component]
pub(crate) fn PricesPage() -> impl IntoView {
    page(|backend| async move {
        let ask = readable(PricesAsk::read(&query()))?;
        let data = backend.prices(&ask).await?;
        Ok(Shown {
            title: title(&ask),
            place: Place::Prices,
            view: draw(&data).into_any(),
        })
    })
}

fn title(ask: &PricesAsk) -> String {
    match &ask.site {
        None => "Prices".to_owned(),
        Some(site) => format!("Prices at {site}"),
    }
}

/// Where there is none.
fn no_prices(site: Option<&SiteName>) -> impl IntoView + use<> {
    match site {
        None => empty(
            "Nobody has written down what things cost.",
            "With a price book, previews tell what a copy costs until it expires, and what-if what it all costs.",
        )
        .into_any(),
        Some(site) => empty(
            &format!("Nobody has written down what things cost at {site}."),
            "Until somebody does, the prices for anywhere hold here. With prices of its own, the reports of an \
             environment hold it against other sites.",
        )
        .into_any(),
    }
}

/// Whose prices are shown.
fn chooser(site: Option<&SiteName>, sites: &[(SiteName, bool)]) -> impl IntoView + use<> {
    let sites = sites.iter().map(|(site, own)| {
        let label = if *own {
            format!("{site}: prices of its own")
        } else {
            site.to_string()
        };
        (site.to_string(), label)
    });
    let all: Vec<(String, String)> = std::iter::once((String::new(), "anywhere".to_owned()))
        .chain(sites)
        .collect();
    (all.len() > 1).then(|| {
        view! {
            <form class="filter" method="get" action=routes::PRICES>
                {field(
                    "prices-site",
                    "Site",
                    None,
                    select("prices-site", "site", site.map(AsRef::as_ref), all),
                )}
                <div class="filter-actions">
                    <button type="submit">"Show"</button>
                </div>
            </form>
        }
    })
}

fn draw(data: &PricesData) -> impl IntoView + use<> {
    let PricesData {
        site,
        sites,
        books,
        holds,
        csv,
    } = data;
    let ask = PricesAsk { site: site.clone() };
    let shown = if books.is_empty() {
        no_prices(site.as_ref()).into_any()
    } else {
        books
            .iter()
            .map(|one| book(one, *holds == Some(one.from)))
            .collect_view()
            .into_any()
    };
    let rows = (csv.lines().count() + 3).clamp(8, 30).to_string();
    let actions = (!books.is_empty()).then(|| {
        view! {
            <a class="button" href=ask.address(routes::PRICES_CSV)>
                {icon(Icon::Download)}
                "CSV"
            </a>
        }
    });
    view! {
        {heading(title(&ask), None, actions)}
        {chooser(site.as_ref(), sites)}
        {shown}
        <section aria-labelledby="write-title">
            <h2 id="write-title">"All price books as CSV"</h2>
            <p class="muted">
                "One price a row: from which day, in which currency, of what (flavor, vcpu, ram-gib, disk-gib, volume-gib, address), its name where it has one, and how much an hour. A book holds until the day of the next one."
            </p>
            <form method="post" action=routes::PRICES class="note-form">
                {form::token()}
                {site
                    .as_ref()
                    .map(|site| {
                        view! { <input type="hidden" name="site" value=site.to_string() /> }
                    })}
                <label class="wide">
                    "Prices"
                    <textarea name="csv" rows=rows spellcheck="false" class="mono">
                        {csv.clone()}
                    </textarea>
                </label>
                <label class="wide">"Reason" <input name="reason" maxlength="300" /></label>
                <div class="actions wide">
                    <button type="submit" class="primary">
                        "Save"
                    </button>
                </div>
            </form>
        </section>
    }
}

fn book(book: &PriceBook, holds: bool) -> impl IntoView + use<> {
    let PriceBook {
        from,
        currency,
        flavors,
        vcpu,
        ram_gib,
        disk_gib,
        volumes,
        any_volume,
        address,
    } = book;
    let row = |what: String, price: &Price| {
        view! {
            <tr>
                <th scope="row">{what}</th>
                <td class="num">{price.to_string()}</td>
            </tr>
        }
    };
    let mut rows: Vec<_> = flavors
        .iter()
        .map(|(name, price)| row(format!("flavor {name}"), price))
        .collect();
    for (what, price) in [
        ("one vCPU", vcpu),
        ("one GiB of RAM", ram_gib),
        ("one GiB of a flavor’s disk", disk_gib),
    ] {
        rows.extend(price.as_ref().map(|price| row(what.to_owned(), price)));
    }
    for (name, price) in volumes {
        rows.push(row(format!("one GiB of a volume of type {name}"), price));
    }
    for (what, price) in [
        ("one GiB of any other volume", any_volume),
        ("one public address", address),
    ] {
        rows.extend(price.as_ref().map(|price| row(what.to_owned(), price)));
    }
    let title = format!("From {from}");
    let now = holds.then(|| badge(Tone::Ok, "holds today"));
    view! {
        <section>
            <h2>{title.clone()} " " {now}</h2>
            <div class="scroll" role="region" aria-label=title tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col" class="num">
                                {format!("{currency} an hour")}
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}
