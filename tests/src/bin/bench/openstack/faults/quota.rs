//! A quota too small: four servers where the copy has nine. Who looks first, and what is left of it?

use tests::openstack::{Lab, Quotas};

use super::super::arena::{Arena, told};
use super::super::copy::{Copy, Variant};
use super::super::tool::{Act, Tool};
use super::{KINDS, said};
use crate::table::columns;

/// So many servers are allowed.
const ALLOWED: i64 = 4;

/// Carries it out and prints what was seen.
pub async fn run(lab: &Lab) {
    let copy = Copy::of(Variant::Sound);
    println!(
        "a quota of {ALLOWED} servers, where {} are wanted",
        copy.servers()
    );
    let quotas = Quotas {
        instances: ALLOWED,
        ..Quotas::default()
    };
    let mut table = vec![
        [
            "tool",
            "gave up after, s",
            "there then",
            "left after its removal",
        ]
        .map(str::to_owned),
    ];
    let mut words = Vec::new();
    for kind in KINDS {
        let arena = Arena::open(lab, &copy, quotas).await;
        let mut tool = Tool::start(kind, &arena).await;
        let create = tool.act(Act::Create).await;
        let there = arena.made().await;
        let remove = tool.act(Act::Remove).await;
        let left = arena.made().await;
        arena.close().await;
        eprintln!("  {kind}");
        table.push([
            kind.to_string(),
            format!("{:.1}", create.time.as_secs_f32()),
            told(&there),
            told(&left),
        ]);
        let mut said = create
            .error
            .unwrap_or_else(|| "nothing: it is there".into());
        if let Some(error) = remove.error {
            said = format!("{said} Removal: {error}");
        }
        words.push((kind, said));
    }
    columns(&table);
    said(&words);
}
