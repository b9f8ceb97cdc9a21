//! What the tests of broken files share: the error of a text, compared whole.
#![allow(dead_code, missing_docs, unreachable_pub)]

use model::file::{self, FileError};

pub fn refused(text: &str) -> FileError {
    match file::parse("broken.yaml", text) {
        Ok(document) => panic!("read as {document:?}"),
        Err(error) => error,
    }
}

/// The error of an environment with these lines after its name and kind, which are lines 1 and 2.
#[track_caller]
pub fn environment(lines: &str, expected: &str) {
    let error = refused(&format!("environment: a\nkind: production\n{lines}"));
    assert_eq!(error.to_string(), format!("broken.yaml:{expected}"));
}

/// The error of an environment whose group `app` has these fields, from line 12 on.
#[track_caller]
pub fn group(fields: &str, expected: &str) {
    environment(
        &format!(
            "flavors:\n  small: {{ vcpus: 1, ram: 1 GiB, disk: 10 GiB }}\n\
             profiles:\n  web: {{ category: application }}\n\
             common: {{ profiles: [web] }}\n\
             groups:\n  db: {{ category: infrastructure, count: 2 }}\n  app:\n\
             {INDENT}category: application\n{}",
            fields
                .lines()
                .fold(String::new(), |text, line| text + INDENT + line + "\n")
        ),
        expected,
    );
}

const INDENT: &str = "    ";

/// The error of a recipe with these lines after its name, kind and lease, which are lines 1 to 3.
#[track_caller]
pub fn recipe(lines: &str, expected: &str) {
    let error = refused(&format!(
        "recipe: r\nkind: temporary\nlease: {{ hours: 8, max_hours: 72 }}\n{lines}"
    ));
    assert_eq!(error.to_string(), format!("broken.yaml:{expected}"));
}

#[track_caller]
pub fn whole(text: &str, expected: &str) {
    assert_eq!(refused(text).to_string(), format!("broken.yaml:{expected}"));
}
