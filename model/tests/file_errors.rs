//! Each sort of broken file gives one error that says where, what is wrong and what would be right.
//! The texts are compared whole: they are what people see.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod broken;

use broken::{environment, group, recipe, refused, whole};
use model::file::{self, Mark};

const EMPTY: &str = "1: the file is empty; begin with `environment: NAME` or `recipe: NAME`";

#[test]
fn nothing_at_all() {
    for nothing in ["", " ", "\n\n", "# only a comment\n", "---\n", "\u{feff}"] {
        whole(nothing, EMPTY);
    }
    whole(&"\n".repeat(1 << 20), EMPTY);
}

#[test]
fn ten_megabytes_of_nothing() {
    for nothing in [" ", "\n", "[", "- ", "\0"] {
        let text = nothing.repeat(10_000_000 / nothing.len());
        whole(
            &text,
            "1: the file has 10000000 bytes; 8388608 (8 MiB) is the most that is read: leave out \
             what was observed, or split the environment",
        );
        let error = file::parse_bytes("broken.yaml", text.as_bytes()).unwrap_err();
        assert_eq!(error, refused(&text));
    }
}

#[test]
fn nesting_and_aliases_are_limited() {
    let deep = "the values are nested too deep (32 levels); an environment file needs about 8";
    for open in ["[", "{", "- ", "{a: "] {
        let error = refused(&open.repeat(1_000_000));
        assert_eq!((error.message.as_str(), error.mark.line), (deep, 1));
    }
    let block = (0..1000).fold(String::new(), |text, i| text + &" ".repeat(i) + "a:\n");
    assert_eq!(refused(&block).message, deep);
    environment(
        "note: &n hello\nowner: *n\n",
        "4: owner: aliases (`*name`) are not read here; write the value out",
    );
    environment(
        "owner: *n\n",
        "3: owner: aliases (`*name`) are not read here; write the value out",
    );
    environment(
        "owner: !secret x\n",
        "3: owner: tags (`!…`) are not read here; leave the tag out",
    );
    let many = format!("[{}]", "a,".repeat(1_000_001));
    assert_eq!(
        refused(&many).message,
        "the file has more than 1000000 values; split the environment into several"
    );
}

#[test]
fn not_utf8() {
    let error = file::parse_bytes("broken.yaml", b"environment: a\nnote: \xff\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "broken.yaml:2: this is not UTF-8 text; save the file as UTF-8"
    );
    assert_eq!(error.mark, Mark { line: 2, column: 7 });
}

#[test]
fn neither_kind_of_document() {
    whole(
        "kind: production\n",
        "1: neither `environment:` nor `recipe:` is here; begin with `environment: NAME` or \
         `recipe: NAME`",
    );
    for text in ["hello\n", "- a\n- b\n", "12\n"] {
        whole(
            text,
            "1: this is no map of `name: value` lines; begin with `environment: NAME` or \
             `recipe: NAME`",
        );
    }
    whole(
        "environment: a\nrecipe: b\n",
        "2: the file has both `environment:` and `recipe:`; put each into a file of its own",
    );
    whole(
        "environment: a\n---\nenvironment: b\n",
        "2: a second document begins here; a file holds one: put each into a file of its own",
    );
}

#[test]
fn bad_yaml() {
    let check = "check the colons, quotes, brackets and the indentation of this line and the one \
                 before, and use spaces instead of tabs";
    environment(
        "groups:\n\tapp: 1\n",
        &format!(
            "4: groups: this is not YAML (tabs disallowed within this context (block \
             indentation)); {check}"
        ),
    );
    environment(
        "note: \"abc\nowner: x\n",
        &format!(
            "4: note: this is not YAML (invalid indentation in multiline quoted scalar); {check}"
        ),
    );
    environment(
        "note: a: b\n",
        &format!("3: this is not YAML (mapping values are not allowed in this context); {check}"),
    );
    environment(
        "groups: [app\n",
        &format!("3: groups[0]: this is not YAML (unclosed bracket '['); {check}"),
    );
    environment(
        "groups:\n  app:\n   count: 1\n image: x\n",
        &format!(
            "6: this is not YAML (while parsing a block mapping, did not find expected key); \
             {check}"
        ),
    );
    environment(
        "? [a]\n: b\n",
        "3: a list or a map can't be a name; write a text before the colon, as in `name: value`",
    );
}

#[test]
fn unknown_and_missing_fields() {
    environment(
        "flavours: {}\n",
        "3: flavours: unknown field `flavours`; did you mean `flavors`?",
    );
    group(
        "count: 1\nflavour: small",
        "13: groups.app.flavour: unknown field `flavour`; did you mean `flavor`?",
    );
    group(
        "count: 1\npublic_addresses: { min: 1, max: 2 }",
        "13: groups.app.public_addresses.min: unknown field `min`; use `count`, `advertised` or \
         `addresses`",
    );
    recipe(
        "networks: {}\nprofiles: {}\n",
        "5: profiles: unknown field `profiles`; use `recipe`, `note`, `kind`, `cloud`, `lease`, \
         `flavors`, `keypairs`, `networks`, `groups`, `omit` or `declared`",
    );
    group(
        "flavor: small",
        "10: groups.app.count: the field is missing; add `count: …`",
    );
    whole(
        "environment: a\n",
        "1: kind: the field is missing; add `kind: …`",
    );
    group(
        "count:",
        "12: groups.app.count: nothing stands here; write a whole number, or a range as in \
         `{ min: 2, max: 4 }`",
    );
}

#[test]
fn the_first_of_several_is_told() {
    environment(
        "declared:\n  - { what: instances, group: x, count: 2, source: x }\n\
         groups:\n  app: { category: process, count: 1, flavor: small }\n",
        "4: declared[0].group: unknown group `x`; use `app`",
    );
}

#[test]
fn a_place_has_line_and_column() {
    let error = refused("environment: a\nkind: production\nflavors:\n  s: { vcpus: 1, ram: x }\n");
    assert_eq!(error.file, "broken.yaml");
    assert_eq!(
        error.mark,
        Mark {
            line: 4,
            column: 23
        }
    );
    assert_eq!(error.field, "flavors.s.ram");
}
