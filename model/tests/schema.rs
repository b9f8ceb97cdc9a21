//! The published schema accepts what is written and refuses what isn't read.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use model::file;
use proptest::prelude::*;
use serde_json::{Value, json};

/// What breaks the schema, by as much of JSON schema as ours uses, but for patterns and formats.
fn violation(schema: &Value, value: &Value, root: &Value) -> Option<String> {
    let Value::Object(rules) = schema else {
        return (schema == &json!(false)).then(|| format!("{value} may not be here"));
    };
    for (rule, with) in rules {
        let broken = match rule.as_str() {
            "$ref" => {
                let pointer = with.as_str().unwrap().strip_prefix('#').unwrap();
                violation(root.pointer(pointer).unwrap(), value, root)
            }
            "type" => {
                let types = match with {
                    Value::Array(types) => types.clone(),
                    one => vec![one.clone()],
                };
                let fits = |of: &Value| match of.as_str().unwrap() {
                    "null" => value.is_null(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "number" => value.is_number(),
                    "string" => value.is_string(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("type {other}"),
                };
                (!types.iter().any(fits)).then(|| format!("{value} is no {with}"))
            }
            "const" => (value != with).then(|| format!("{value} is not {with}")),
            "enum" => (!with.as_array().unwrap().contains(value))
                .then(|| format!("{value} is none of {with}")),
            "anyOf" | "oneOf" => {
                let all = with.as_array().unwrap();
                let broken: Vec<String> = all
                    .iter()
                    .filter_map(|schema| violation(schema, value, root))
                    .collect();
                let fitting = all.len() - broken.len();
                let right = fitting == 1 || (fitting > 1 && rule == "anyOf");
                (!right).then(|| format!("{fitting} of {rule} fit: {broken:?}"))
            }
            "allOf" => with
                .as_array()
                .unwrap()
                .iter()
                .find_map(|schema| violation(schema, value, root)),
            "properties" => with.as_object().unwrap().iter().find_map(|(name, schema)| {
                value
                    .get(name)
                    .and_then(|value| violation(schema, value, root))
                    .map(|why| format!("{name}: {why}"))
            }),
            "required" => with.as_array().unwrap().iter().find_map(|name| {
                let missing = value.is_object() && value.get(name.as_str().unwrap()).is_none();
                missing.then(|| format!("{name} is missing"))
            }),
            // Patterns are of names, which reading checks: each name that isn't listed is taken for
            // one that fits.
            "patternProperties" => value.as_object().and_then(|value| {
                let mut schemas = with.as_object().unwrap().values();
                let (schema, more) = (schemas.next().unwrap(), schemas.next());
                assert!(more.is_none());
                value.iter().find_map(|(name, value)| {
                    violation(schema, value, root).map(|why| format!("{name}: {why}"))
                })
            }),
            "additionalProperties" if rules.contains_key("patternProperties") => None,
            "additionalProperties" => {
                let known = rules.get("properties").and_then(Value::as_object);
                value.as_object().and_then(|value| {
                    value
                        .iter()
                        .filter(|(name, _)| !known.is_some_and(|known| known.contains_key(*name)))
                        .find_map(|(name, value)| {
                            violation(with, value, root).map(|why| format!("{name}: {why}"))
                        })
                })
            }
            "items" => value
                .as_array()
                .and_then(|items| items.iter().find_map(|item| violation(with, item, root))),
            "minItems" => value.as_array().and_then(|items| {
                ((items.len() as u64) < with.as_u64()?).then(|| "too few".into())
            }),
            "maxItems" => value
                .as_array()
                .and_then(|items| (items.len() as u64 > with.as_u64()?).then(|| "too many".into())),
            "minimum" => value
                .as_f64()
                .and_then(|n| (n < with.as_f64()?).then(|| format!("{n} is too small"))),
            "maximum" => value
                .as_f64()
                .and_then(|n| (n > with.as_f64()?).then(|| format!("{n} is too large"))),
            "pattern" | "format" | "description" | "title" | "examples" | "default" | "$schema"
            | "$defs" | "uniqueItems" => None,
            other => panic!("the schema uses {other}, which this test doesn't know"),
        };
        if broken.is_some() {
            return broken;
        }
    }
    None
}

#[track_caller]
fn refused(text: &str) {
    let schema = file::schema();
    let value: Value = serde_saphyr::from_str(text).unwrap();
    assert!(file::parse("x", text).is_err(), "{text}");
    assert!(violation(&schema, &value, &schema).is_some(), "{text}");
}

#[track_caller]
fn accepted(text: &str) {
    let schema = file::schema();
    let value: Value = serde_saphyr::from_str(text).unwrap();
    if let Err(error) = file::parse("x", text) {
        panic!("{error}");
    }
    assert_eq!(violation(&schema, &value, &schema), None);
}

#[test]
fn examples_fit_the_schema() {
    for of in ["webplatform", "gitlab", "chef-automate", "mattermost"] {
        let folder = format!("{}/../examples/{of}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(folder).unwrap() {
            accepted(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn case_files_fit_the_schema() {
    let schema = file::schema();
    let folder = format!("{}/../examples/cases", env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let value: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(violation(&schema, &value, &schema), None, "{text}");
        file::case_elsewhere("x", text.as_bytes()).unwrap();
        read += 1;
    }
    assert!(read >= 3);
}

/// The public half of a key that nobody has.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC ann";

#[test]
fn both_forms_of_a_value_fit() {
    let group = |fields: &str| {
        format!(
            "environment: a\nkind: production\nsources:\n  s: {{ ranges: [192.0.2.0/24] }}\n  t: {{ \
             ranges: \"192.0.2.0/24, 2001:db8::/32\" }}\nkeypairs:\n  made: {{}}\n  ops: {{ \
             public_key: {KEY} }}\ngroups:\n  db: {{ category: process, count: 1 }}\n\
             \x20 app: {{ category: process, {fields} }}\n"
        )
    };
    for fields in [
        "count: 3",
        "count: { min: 1, max: 3 }",
        "count: { min: 1, planned: 2, max: 3 }",
        "count: 3, public_addresses: 2",
        "count: 3, public_addresses: unknown",
        "count: 3, public_addresses: { count: 2, advertised: false }",
        "count: 3, depends_on: [db]",
        "count: 3, depends_on: { db: ready }",
        "count: 3, placement: spread",
        "count: 3, placement: { spread-with: application }",
        "count: 3, flavor: unknown, image: ubuntu-12.04",
        "count: 1, instances: { 1: { load: [0.1, 0.20, 1] } }",
        "count: 1, instances: { 1: { status: ACTIVE, report: awaited } }",
        "count: 1, instances: { 1: { report: { at: \"2026-11-24T20:31:00Z\" } } }",
        "count: 1, keypair: ops",
        "count: 1, keypair: made, first_boot: [echo one, \"a: b\"]",
        "count: 1, mounts: [{ from: db, export: /files, mount: /srv, file_system: glusterfs }]",
    ] {
        accepted(&group(fields));
    }
    for fields in [
        "count: 3, flavour: x",
        "count: -1",
        "count: five",
        "count: { min: 1 }",
        "count: 3, public_addresses: many",
        "count: 3, public_addresses: { min: 1 }",
        "count: 3, depends_on: db",
        "count: 3, placement: spred",
        "count: 3, volumes: { data: { size: 50 } }",
        "count: 3, keypair: { public_key: x }",
        "count: 3, first_boot: echo one",
        "count: 1, instances: { 1: { report: never } }",
        "category: application",
    ] {
        refused(&group(fields).replace("category: process, category", "category"));
    }
    refused("kind: production\n");
    refused("environment: a\nkind: production\nflavours: {}\n");
}

proptest! {
    #[test]
    fn whatever_is_written_fits_the_schema(topology in common::topology()) {
        let schema = file::schema();
        let value = serde_json::to_value(&topology).unwrap();
        prop_assert_eq!(violation(&schema, &value, &schema), None);
    }
}
