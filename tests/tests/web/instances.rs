//! `/instances`, its files, and the same as JSON: one filter, one paging.

use std::collections::BTreeSet;

use crate::harness::{Site, Visitor, encoded};

/// All rows of a filter, page by page.
async fn all(visitor: &Visitor, filter: &str, limit: u32) -> Vec<serde_json::Value> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/api/v1/instances?{filter}&limit={limit}{after}");
        let page = visitor.json(&path).await;
        let page_rows = page["rows"].as_array().unwrap();
        assert!(page_rows.len() <= limit as usize);
        rows.extend(page_rows.iter().cloned());
        let Some(next) = page["next"].as_str() else {
            assert_eq!(page["total"], rows.len());
            return rows;
        };
        after = format!("&after={}", encoded(next));
    }
}

fn name(row: &serde_json::Value) -> String {
    format!(
        "{}/{}/{}[{}]",
        row["environment"].as_str().unwrap(),
        row["layer"].as_str().unwrap(),
        row["group"].as_str().unwrap(),
        row["ordinal"]
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_json_and_files_show_the_same_rows() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        for filter in [
            "",
            "environment=production-2013",
            "environment=production-2013&category=infrastructure",
            "q=db&sort=host-name&direction=descending",
            "sort=flavor",
            "layer=planned&group=profile-c",
            "q=nowhere",
        ] {
            let rows = all(&ann, filter, 5).await;
            let names: Vec<String> = rows.iter().map(name).collect();
            let different: BTreeSet<&String> = names.iter().collect();
            assert_eq!(different.len(), names.len(), "{filter}: a row twice");
            let whole = ann
                .json(&format!("/api/v1/instances?{filter}&limit=1000"))
                .await;
            assert_eq!(whole["rows"].as_array().unwrap(), &rows, "{filter}");

            let file = ann.get(&format!("/instances.json?{filter}")).await;
            assert_eq!(file.json().as_array().unwrap(), &rows, "{filter}");
            let csv = ann.get(&format!("/instances.csv?{filter}")).await;
            assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
            assert!(csv.header("content-disposition").contains("instances.csv"));
            assert_eq!(csv.body.lines().count(), rows.len() + 1, "{filter}");
            for (line, row) in csv.body.lines().skip(1).zip(&rows) {
                let begins = format!(
                    "{},{},{},{}[{}],",
                    row["environment"].as_str().unwrap(),
                    row["kind"].as_str().unwrap(),
                    row["layer"].as_str().unwrap(),
                    row["group"].as_str().unwrap(),
                    row["ordinal"]
                );
                assert!(line.starts_with(&begins), "{line} {begins}");
            }
            let api = ann.get(&format!("/api/v1/instances.csv?{filter}")).await;
            assert_eq!(api.body, csv.body);

            let page = ann.page(&format!("/instances?{filter}&limit=5")).await;
            let table = page.body.split("<table").nth(1).unwrap_or_default();
            let mut from = 0;
            for row in rows.iter().take(5) {
                let shown = format!("{}[{}]", row["group"].as_str().unwrap(), row["ordinal"]);
                let at = table[from..].find(&shown);
                let at = at.unwrap_or_else(|| panic!("{filter}: {shown} is not where it belongs"));
                from += at;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_many_pages_is_whole() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    let mut large = tests::world::example_environment("production-2014.yaml");
    large.environment = tests::world::name("large");
    let group = large.groups.values_mut().next().unwrap();
    group.count = model::count::Count::exactly(2345);
    site.world.import(large).await;
    let csv = ann.get("/instances.csv?environment=large").await;
    let rows = all(&ann, "environment=large", 1000).await;
    assert!(rows.len() > 2345);
    assert_eq!(csv.body.lines().count(), rows.len() + 1);
    let file = ann.get("/instances.json?environment=large").await;
    assert_eq!(file.json().as_array().unwrap(), &rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_makes_no_sense_is_refused_everywhere() {
    let site = Site::serve(true).await;
    let ann = site.person("ann").await;
    for filter in ["layer=moon", "limit=many", "after=zz", "sort=colour"] {
        for path in [
            "/api/v1/instances",
            "/api/v1/instances.csv",
            "/instances.json",
            "/instances",
        ] {
            // The place where a page begins is not part of a file's filter.
            if filter.starts_with("after") && !path.ends_with("instances") {
                continue;
            }
            let answer = ann.get(&format!("{path}?{filter}")).await;
            assert_eq!(
                answer.status.as_u16(),
                400,
                "{path}?{filter}: {}",
                answer.body
            );
        }
    }
}
