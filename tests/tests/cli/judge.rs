//! Findings, runbooks, reports and costs on the command line.

use model::token::TokenKind;
use server::installation::{Beginning, Database, Folder, Installation, Setup, tokens};
use server::web::{WebOptions, router};

use crate::program::{Place, example};

#[test]
fn check_finds_what_the_document_shows_and_ends_with_1() {
    let place = Place::new();
    let production = example("production-2013.yaml");
    let ran = place
        .run([
            "check",
            &production,
            "--on",
            "2014-03-01",
            "--format",
            "json",
        ])
        .ended(1);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let found = |rule: &str, part: &str| {
        findings.iter().any(|finding| {
            finding["rule"] == rule
                && (finding["subject"].as_str().unwrap().contains(part)
                    || finding["what"].as_str().unwrap().contains(part)
                    || finding["evidence"].as_str().unwrap().contains(part))
        })
    };
    for (rule, part) in [
        ("full-file-system", "/mnt/backup"),
        ("declared-total", "18"),
        ("no-such-release", "Lucid"),
        ("mixed-releases", "production-2013"),
        ("oversized", "piwik"),
        ("mounts-on-one-member", "storage"),
        ("no-majority", "db"),
        ("single-point-of-failure", "deployment"),
    ] {
        assert!(found(rule, part), "{rule} {part}: {told:#}");
    }
    let ran = place
        .run(["check", &production, "--on", "2014-03-01"])
        .ended(1);
    assert!(ran.stdout.contains("remedy: "), "{}", ran.stdout);
    assert!(!place.data().exists(), "files need no data folder");

    let planned = example("production-2014.yaml");
    let ran = place
        .run(["check", &planned, "--on", "2014-03-01"])
        .ended(0);
    assert!(ran.stdout.contains("5–11"), "{}", ran.stdout);
    place
        .run([
            "check",
            &planned,
            "--on",
            "2014-03-01",
            "--fail-on",
            "warning",
        ])
        .ended(1);
}

#[test]
fn a_runbook_reads_in_its_order() {
    let place = Place::new();
    let (production, secondary) = (example("production-2014.yaml"), example("secondary.yaml"));
    let ran = place
        .run(["runbook", "set-up", &production, "--sizing", "planned"])
        .ended(0);
    let at = |text: &str| {
        ran.stdout
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {}", ran.stdout))
    };
    let of = |group: &str| at(&format!("**Create instances**: {group}"));
    assert!(of("deployment") < of("db"), "{}", ran.stdout);
    assert!(of("db") < of("profile-a"), "{}", ran.stdout);
    let error = place.run(["runbook", "set-up", &production]).error();
    assert!(error.contains("--sizing min"), "{error}");
    place
        .run([
            "runbook",
            "switch-over",
            &production,
            &secondary,
            "--sizing",
            "planned",
        ])
        .ended(0);
    let error = place
        .run(["runbook", "switch-over", &production, "--sizing", "planned"])
        .error();
    assert!(error.contains("its secondary environment"), "{error}");
    place.run(["runbook", "magic", &production]).ended(2);
}

#[test]
fn reports_are_the_documents_tables() {
    let place = Place::new();
    let (today, planned) = (
        example("production-2013.yaml"),
        example("production-2014.yaml"),
    );
    let ran = place
        .run(["report", "usage", "--current", &today, "--future", &planned])
        .ended(0);
    assert!(ran.stdout.contains("14–19"), "{}", ran.stdout);
    let ran = place
        .run(["report", "summary", &today, "--format", "csv"])
        .ended(0);
    assert!(ran.stdout.contains("19"), "{}", ran.stdout);
    let ran = place
        .run(["report", "request", &planned, "--format", "mediawiki"])
        .ended(0);
    assert!(ran.stdout.contains("{|"), "{}", ran.stdout);
    let report = place
        .run(["report", "estimate", &planned, "--format", "json"])
        .json();
    assert!(!report["tables"].as_array().unwrap().is_empty());
    let error = place.run(["report", "usage"]).error();
    assert!(error.contains("--current"), "{error}");
    let error = place
        .run(["report", "sites", &planned, "--site", "moon"])
        .error();
    assert!(error.contains("names no site `moon`"), "{error}");
}

#[test]
fn a_stored_plan_is_held_against_what_its_sites_offer_and_cost() {
    let place = Place::new();
    let planned = example("production-2014.yaml");
    let prices = place.file(
        "offer.csv",
        "from,currency,what,name,per_hour\n2013-01-01,EUR,address,,0.004\n",
    );
    place.run(["import", &planned]).ended(0);
    place
        .run(["prices", "import", &prices, "--site", "provider"])
        .ended(0);
    let exported = |arguments: &[&str]| place.run(arguments).ended(0).stdout;
    assert!(exported(&["prices", "export", "--site", "provider"]).contains("0.004"));
    assert!(!exported(&["prices", "export"]).contains("0.004"));
    let known = exported(&["report", "sites", "production-2014"]);
    let own = "provider: priced by prices of its own, from 2013-01-01.";
    assert!(known.contains(own), "{known}");
    assert!(known.contains("its quota was not told"), "{known}");
    // Of a file nothing is known but what stands in it.
    let of_a_file = exported(&["report", "sites", &planned]);
    assert!(!of_a_file.contains("priced by"), "{of_a_file}");
    place.run(["collect", "simulated"]).ended(0);
    let known = exported(&["report", "sites", "production-2014"]);
    let told = "provider: quotas and flavors are those of the cloud simulated, as collected at";
    assert!(known.contains(told), "{known}");
}

#[test]
fn a_cost_says_how_much_of_it_has_a_price() {
    let place = Place::new();
    let prices = place.file(
        "prices.csv",
        "from,currency,what,name,per_hour\n2013-01-01,EUR,flavor,v4-r8-d240,0.10\n",
    );
    let today = example("production-2013.yaml");
    let cost = place
        .run(["cost", &today, "--prices", &prices, "--format", "json"])
        .json();
    // Five application servers and two of Piwik.
    assert_eq!(cost["total"]["priced"], 7);
    let ran = place.run(["cost", &today, "--prices", &prices]).ended(0);
    assert!(ran.stdout.contains("7 of "), "{}", ran.stdout);
    assert!(ran.stdout.contains("Without a price:"), "{}", ran.stdout);
    let error = place
        .run(["cost", &today, "--prices", &prices, "--on", "2012-01-01"])
        .error();
    assert!(error.contains("no prices hold on 2012-01-01"), "{error}");
    let error = place.run(["cost", &today]).error();
    assert!(error.contains("prices import FILE"), "{error}");
    place.run(["prices", "import", &prices]).ended(0);
    let cost = place.run(["cost", &today, "--format", "json"]).json();
    assert_eq!(cost["total"]["priced"], 7);
    let written = place.run(["prices", "export"]).ended(0).stdout;
    assert!(
        written.contains("2013-01-01,EUR,flavor,v4-r8-d240,0.1"),
        "{written}"
    );
    let broken = place.file("broken.csv", "from,currency\n");
    let error = place.run(["cost", &today, "--prices", &broken]);
    assert_eq!(error.status, 2);
}

#[test]
fn notes_are_written_decided_and_taken_away() {
    let place = Place::new();
    place
        .run(["import", &example("production-2014.yaml")])
        .ended(0);
    let empty = place.run(["notes", "list", "production-2014"]).ended(0);
    assert!(
        empty.stdout.contains("Nobody has written"),
        "{}",
        empty.stdout
    );
    let id = place
        .run([
            "notes",
            "write",
            "production-2014",
            "Is there a local NTP server?",
            "--want",
            "question",
            "--about",
            "site/provider",
        ])
        .ended(0)
        .stdout;
    let id = id.trim();
    let open = place.run(["report", "open", "production-2014"]).ended(0);
    assert!(open.stdout.contains("1 open, 0 decided"), "{}", open.stdout);
    assert!(open.stdout.contains("local NTP server"), "{}", open.stdout);

    place
        .run([
            "notes",
            "decide",
            "production-2014",
            id,
            "Yes, at ntp.local",
        ])
        .ended(0);
    let list = place
        .run(["notes", "list", "production-2014", "--format", "json"])
        .json();
    assert_eq!(list["notes"][0]["state"], "decided");
    assert_eq!(list["notes"][0]["outcome"], "Yes, at ntp.local");
    assert_eq!(list["notes"][0]["about"], "site/provider");
    let open = place.run(["report", "open", "production-2014"]).ended(0);
    assert!(open.stdout.contains("0 open, 1 decided"), "{}", open.stdout);

    place
        .run(["notes", "erase", "production-2014", id])
        .ended(0);
    let error = place.run(["notes", "erase", "production-2014", id]).error();
    assert!(error.contains("has no note"), "{error}");
    let error = place
        .run([
            "notes",
            "write",
            "production-2014",
            "x",
            "--link",
            "javascript:1",
        ])
        .error();
    assert!(error.contains("is no address"), "{error}");
}

#[test]
fn profiles_are_compared_by_where_they_run() {
    let place = Place::new();
    let ran = place
        .run([
            "diff",
            &example("production-2013.yaml"),
            &example("production-2014.yaml"),
            "--by",
            "profile",
            "--sizing",
            "planned",
        ])
        .ended(1);
    assert!(
        ran.stdout.contains("runs on: app ×5 → profile-a ×5"),
        "{}",
        ran.stdout
    );
}

/// What one environment's API says, asked of a server on a place's data.
fn told_by_the_api(place: &Place, name: &str) -> serde_json::Value {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let folder = Folder::at(place.data()).unwrap();
        let opened = Installation::open(
            &folder,
            &Database::InFolder,
            Beginning::Nothing,
            Setup::default(),
        )
        .await
        .unwrap();
        let hour = chrono::TimeDelta::hours(1);
        let token = tokens::issue(&opened.engine, TokenKind::Api, "robot", hour);
        let token = token.await.unwrap().secret;
        let router = router(opened.engine.clone(), WebOptions::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let asked = reqwest::Client::new()
            .get(format!("http://{address}/api/v1/environments/{name}"))
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        let text = asked.text().await.unwrap();
        served.abort();
        opened.close().await;
        serde_json::from_str(&text).unwrap()
    })
}

#[test]
fn check_tells_of_what_is_stored_what_the_server_tells() {
    let place = Place::new();
    let shop = |name: &str| {
        let text = format!(
            "environment: {name}\nkind: production\nflavors: {{ small: {{ vcpus: 1, ram: 1 GiB, \
             disk: 1 GiB }} }}\n\
             profiles: {{ site: {{ category: application, hosts: [shop.example.org] }} }}\n\
             groups: {{ web: {{ category: application, count: 2, flavor: small, profiles: [site], \
             public_addresses: {{ count: 1, addresses: [192.0.2.7] }} }} }}\n"
        );
        place.file(&format!("{name}.yaml"), text)
    };
    let (one, other) = (shop("shop-1"), shop("shop-2"));
    place.run(["import", &one, &other]).ended(0);
    let prices = place.file(
        "prices.csv",
        "from,currency,what,name,per_hour\n2013-01-01,EUR,address,,1\n",
    );
    place.run(["prices", "import", &prices]).ended(0);
    let rules = |findings: &serde_json::Value| -> Vec<String> {
        let findings = findings.as_array().unwrap().iter();
        let mut rules: Vec<String> = findings
            .map(|one| one["rule"].as_str().unwrap().to_owned())
            .collect();
        rules.sort();
        rules
    };
    let check = |subject: &str| -> serde_json::Value {
        let ran = place.run(["check", subject, "--format", "json"]);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let told = check("shop-1")["findings"].clone();
    for rule in ["name-used-twice", "address-used-twice", "price-unknown"] {
        assert!(rules(&told).contains(&rule.to_owned()), "{rule}: {told:#}");
    }
    // A file is judged by what is named beside it.
    let alone = check(&one)["findings"].clone();
    assert_eq!(rules(&alone), ["anti-affinity-missing"], "{alone:#}");

    let served = told_by_the_api(&place, "shop-1");
    let mut same = served["findings"].clone();
    for finding in same.as_array_mut().unwrap() {
        let finding = finding.as_object_mut().unwrap();
        finding.remove("layer").unwrap();
        finding.remove("since").unwrap();
    }
    assert_eq!(same, told);
    let shown = place.run(["show", "shop-1"]).ended(0).stdout;
    assert!(
        shown.contains("shop.example.org is served here and by site of shop-2"),
        "{shown}"
    );
}
