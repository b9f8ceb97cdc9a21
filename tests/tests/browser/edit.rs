//! The editor in a real browser: the profiles A, B and C of the WebPlatform's plan are made from an
//! empty plan, once by mouse, once by keyboard alone, and the text beside the form says the same.

use chromiumoxide::Page;
use model::file::{Document, parse, write};
use tests::browser::{click, fill, go, holds, press, text, type_in, until, until_hydrated};

use super::session::{Scripts, Session};

/// A profile of section 3.3.1 of the document: its name, how many instances, what they run, how many
/// public addresses they have.
struct Wanted {
    group: &'static str,
    count: &'static str,
    profiles: &'static [&'static str],
    addresses: &'static str,
}

const WANTED: [Wanted; 3] = [
    Wanted {
        group: "profile-a",
        count: "5",
        profiles: &["wordpress", "mediawiki", "buggenie"],
        addresses: "5",
    },
    Wanted {
        group: "profile-b",
        count: "1",
        profiles: &["gerrit", "talk", "monitor"],
        addresses: "1",
    },
    Wanted {
        group: "profile-c",
        count: "2",
        profiles: &["piwik", "dabblet"],
        addresses: "1",
    },
];

/// How the plan reads in the end.
fn as_text(environment: &str) -> String {
    let mut profiles: Vec<&str> = WANTED
        .iter()
        .flat_map(|wanted| wanted.profiles)
        .copied()
        .collect();
    profiles.sort_unstable();
    let profiles: Vec<String> = profiles
        .iter()
        .map(|name| format!("  {name}:\n    category: application\n    lifecycle: live\n"))
        .collect();
    let groups: Vec<String> = WANTED
        .iter()
        .map(|wanted| {
            let own: Vec<String> = wanted
                .profiles
                .iter()
                .map(|name| format!("      - {name}\n"))
                .collect();
            let own = own.concat();
            format!(
                "  {}:\n    category: application\n    count: {}\n    flavor: unknown\n    image: unknown\n    profiles:\n{own}    public_addresses:\n      count: {}\n    placement: any\n    lifecycle: live\n",
                wanted.group, wanted.count, wanted.addresses
            )
        })
        .collect();
    let (profiles, groups) = (profiles.concat(), groups.concat());
    let text = format!(
        "environment: {environment}\nkind: production\nprofiles:\n{profiles}groups:\n{groups}"
    );
    match parse("wanted.yaml", &text).unwrap_or_else(|error| panic!("{error}")) {
        Document::Environment(topology) => write(&topology),
        Document::Recipe(_) => panic!("a recipe"),
    }
}

struct Stage(Session);

impl Stage {
    async fn set() -> Self {
        Self(Session::begin(Scripts::On).await)
    }

    async fn begin(&self, environment: &str) {
        let address = format!(
            "{}/edit?environment={environment}&kind=production",
            self.0.base
        );
        go(&self.0.page, &address).await;
        until_hydrated(&self.0.page).await;
    }

    /// What is stored says what the form was filled in with.
    async fn ends_as_wanted(self, environment: &str) {
        let (page, base) = (&self.0.page, &self.0.base);
        until(
            page,
            &format!("location.pathname === '/environments/{environment}'"),
        )
        .await;
        let shown = text(page).await;
        assert!(shown.contains("planned revision 1"), "{shown}");
        go(page, &format!("{base}/edit?environment={environment}")).await;
        until_hydrated(page).await;
        let stored = page
            .evaluate("document.getElementById('text').value")
            .await
            .unwrap()
            .into_value::<String>()
            .unwrap();
        assert_eq!(stored, as_text(environment));
        self.0.end().await;
    }
}

fn id(name: &str) -> String {
    format!("[id=\"{name}\"]")
}

async fn text_says(page: &Page, what: &str) {
    let says = format!("document.getElementById('text').value.includes({what:?})");
    until(page, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profiles_of_the_plan_are_made_by_mouse() {
    let stage = Stage::set().await;
    let page = &stage.0.page;
    stage.begin("by-mouse").await;
    for profile in WANTED.iter().flat_map(|wanted| wanted.profiles) {
        fill(page, &id("new/add-profile"), profile).await;
        click(page, &id("add-profile")).await;
        text_says(page, &format!("  {profile}:\n")).await;
    }
    for wanted in WANTED {
        let group = wanted.group;
        fill(page, &id("new/add-group"), group).await;
        click(page, &id("add-group")).await;
        text_says(page, &format!("  {group}:\n")).await;
        fill(page, &id(&format!("group/{group}/planned")), wanted.count).await;
        fill(
            page,
            &id(&format!("group/{group}/public-addresses")),
            wanted.addresses,
        )
        .await;
        for profile in wanted.profiles {
            let field = format!("group/{group}/profile/{profile}");
            choose(page, &field, "every").await;
            text_says(page, &format!("- {profile}\n")).await;
        }
        // A planned count is between the smallest and the largest.
        fill(page, &id(&format!("group/{group}/minimum")), wanted.count).await;
        click(page, "#changes-title").await;
        text_says(page, &format!("count: {}\n", wanted.count)).await;
    }
    text_says(page, &as_text("by-mouse")).await;
    fill(page, "#comment", "profiles A, B and C").await;
    click(page, "#save").await;
    stage.ends_as_wanted("by-mouse").await;
}

/// Chooses in a list as the mouse does: by a click on its option, which a page sees as a change. The
/// list itself is drawn by the system, out of a test's reach.
async fn choose(page: &Page, field: &str, value: &str) {
    until(page, &format!("!!document.getElementById('{field}')")).await;
    let chosen = format!(
        "(() => {{ const s = document.getElementById('{field}'); s.focus(); s.value = '{value}'; \
         s.dispatchEvent(new Event('input', {{ bubbles: true }})); \
         s.dispatchEvent(new Event('change', {{ bubbles: true }})); return true }})()"
    );
    assert!(holds(page, &chosen).await, "{field} can't be chosen");
}

/// Presses the tabulator key until the cursor is in a field.
async fn tab_to(page: &Page, field: &str) {
    let there = format!("document.activeElement?.id === '{field}'");
    for _ in 0..400 {
        if holds(page, &there).await {
            return;
        }
        press(page, "Tab").await;
    }
    panic!(
        "the tabulator key never comes to {field}:\n{}",
        text(page).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profiles_of_the_plan_are_made_by_keyboard() {
    let stage = Stage::set().await;
    let page = &stage.0.page;
    stage.begin("by-keyboard").await;
    for profile in WANTED.iter().flat_map(|wanted| wanted.profiles) {
        tab_to(page, "new/add-profile").await;
        type_in(page, profile).await;
        press(page, "Enter").await;
        text_says(page, &format!("  {profile}:\n")).await;
    }
    for wanted in WANTED {
        let group = wanted.group;
        tab_to(page, "new/add-group").await;
        type_in(page, group).await;
        press(page, "Enter").await;
        text_says(page, &format!("  {group}:\n")).await;
        for (field, value) in [
            ("maximum", wanted.count),
            ("minimum", wanted.count),
            ("public-addresses", wanted.addresses),
        ] {
            let field = format!("group/{group}/{field}");
            tab_to(page, &field).await;
            // Coming to a field by the tabulator key selects what is in it.
            type_in(page, value).await;
            press(page, "Enter").await;
            let taken = format!(
                "document.querySelector('[name=was]').value.includes({:?}) && document.getElementById('{field}')?.value === '{value}'",
                if field.ends_with("addresses") {
                    format!("count: {value}\n    placement")
                } else {
                    format!("  {group}:\n")
                },
            );
            until(page, &taken).await;
        }
        for profile in wanted.profiles {
            let field = format!("group/{group}/profile/{profile}");
            tab_to(page, &field).await;
            press(page, "ArrowDown").await;
            press(page, "Tab").await;
            let says = format!(
                "document.querySelector('[name=was]').value.split('  {group}:\\n')[1]?.includes('- {profile}\\n')"
            );
            until(page, &says).await;
        }
    }
    text_says(page, &as_text("by-keyboard")).await;
    tab_to(page, "comment").await;
    type_in(page, "profiles A, B and C").await;
    tab_to(page, "save").await;
    press(page, "Enter").await;
    stage.ends_as_wanted("by-keyboard").await;
}
