//! Whatever the text, reading it ends: with a document or with one error at a place of the text.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::PathBuf;
use std::sync::LazyLock;

use model::file;
use proptest::prelude::*;
use proptest::sample::Index;

static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/webplatform");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
});

/// Reads a text; an error must be one sentence or more, at a place that the text has.
fn read(text: &str) -> Result<(), TestCaseError> {
    let Err(error) = file::parse("any.yaml", text) else {
        return Ok(());
    };
    let lines = text.split(['\n', '\r']).count();
    prop_assert!(
        (1..=lines.max(1)).contains(&(error.mark.line as usize)),
        "line {} of {}: {}",
        error.mark.line,
        lines,
        error
    );
    prop_assert!(error.mark.column >= 1);
    prop_assert!(!error.message.is_empty());
    prop_assert_eq!(error.to_string().lines().count(), 1, "{}", error);
    Ok(())
}

/// What is put into a text to break it.
fn shard() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,6}",
        Just("\n".to_owned()),
        Just("\n  ".to_owned()),
        Just("\t".to_owned()),
        proptest::sample::select(
            &[
                "{", "}", "[", "]", ":", ": ", "- ", "? ", "#", "&a ", "*a", "!t ", "|", ">", "\"",
                "'", "%", "---\n", "...\n", "null", "-1", "1e9", "unknown", ",", "<<: ", "\0",
                "\u{feff}", "\r", "\u{2028}",
            ][..]
        )
        .prop_map(str::to_owned),
    ]
}

#[derive(Clone, Debug)]
enum Mutation {
    Insert(Index, String),
    Remove(Index, usize),
    Move(Index, usize, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (any::<Index>(), shard()).prop_map(|(at, text)| Mutation::Insert(at, text)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Mutation::Remove(at, length)),
        (any::<Index>(), 1..200_usize, any::<Index>())
            .prop_map(|(from, length, to)| Mutation::Move(from, length, to)),
    ]
}

fn mutate(text: &mut Vec<char>, mutation: &Mutation) {
    let place = |index: &Index, length: usize| index.index(length + 1);
    match mutation {
        Mutation::Insert(at, shard) => {
            let at = place(at, text.len());
            text.splice(at..at, shard.chars());
        }
        Mutation::Remove(at, length) => {
            let at = place(at, text.len());
            let end = text.len().min(at + length);
            text.drain(at..end);
        }
        Mutation::Move(from, length, to) => {
            let from = place(from, text.len());
            let end = text.len().min(from + length);
            let moved: Vec<char> = text.drain(from..end).collect();
            let to = place(to, text.len());
            text.splice(to..to, moved);
        }
    }
}

proptest! {
    #[test]
    fn any_text(text in any::<String>()) {
        read(&text)?;
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = file::parse_bytes("any.yaml", &bytes) {
            prop_assert!(!error.message.is_empty());
        }
    }

    #[test]
    fn texts_that_look_like_yaml(shards in proptest::collection::vec(shard(), 0..60)) {
        read(&shards.concat())?;
    }

    #[test]
    fn environments_that_look_right(
        shards in proptest::collection::vec(
            prop_oneof![
                shard(),
                proptest::sample::select(&[
                    "groups:\n", "  app:\n", "    count: ", "{ min: 2, max: 1 }\n", "flavor: ",
                    "depends_on: [app]\n", "instances:\n", "load: [", "ports: ", "from: ", "placement: ",
                ][..]).prop_map(str::to_owned),
            ],
            0..40,
        ),
    ) {
        read(&format!("environment: a\nkind: production\n{}", shards.concat()))?;
    }

    #[test]
    fn examples_broken_anywhere(
        example in any::<Index>(),
        mutations in proptest::collection::vec(mutation(), 1..4),
    ) {
        let mut text: Vec<char> = example.get(&EXAMPLES).chars().collect();
        for mutation in &mutations {
            mutate(&mut text, mutation);
        }
        read(&text.into_iter().collect::<String>())?;
    }
}
