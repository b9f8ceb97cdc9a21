//! One server of the nine fails to start. How long until a person reads why, in the cloud's own
//! words?

use std::cell::Cell;
use std::time::Instant;

use tests::openstack::{Lab, Quotas};

use super::super::arena::{Arena, told};
use super::super::copy::{Copy, Variant, WORDS};
use super::super::tool::{Act, Tool};
use super::{KINDS, said};
use crate::table::columns;

/// Carries it out and prints what was seen.
pub async fn run(lab: &Lab) {
    println!("one server fails to start: \"{WORDS}\"");
    let copy = Copy::of(Variant::Doomed);
    let mut table = vec![
        [
            "tool",
            "the cloud's words, s after the fault",
            "gave up, s after the fault",
            "there then",
            "left after its removal",
        ]
        .map(str::to_owned),
    ];
    let mut words = Vec::new();
    for kind in KINDS {
        let arena = Arena::open(lab, &copy, Quotas::default()).await;
        let mut tool = Tool::start(kind, &arena).await;
        let fault = Cell::new(None);
        let watch = async {
            arena.failed_server().await;
            fault.set(Some(Instant::now()));
            std::future::pending().await
        };
        let create = tokio::select! {
            create = tool.act(Act::Create) => create,
            never = watch => never,
        };
        let over = Instant::now();
        let there = arena.made().await;
        let remove = tool.act(Act::Remove).await;
        let left = arena.made().await;
        arena.close().await;
        eprintln!("  {kind}");
        let after = |moment: Instant| match fault.get() {
            // What was seen here a moment later than there was seen at once.
            Some(fault) => format!(
                "{:.1}",
                moment.saturating_duration_since(fault).as_secs_f32()
            ),
            None => "no server failed".into(),
        };
        let shown = create.words.iter().find(|said| said.words.contains(WORDS));
        table.push([
            kind.to_string(),
            shown.map_or_else(|| "never".to_owned(), |said| after(said.now)),
            after(over),
            told(&there),
            told(&left),
        ]);
        let first = shown.or(create.words.last());
        let mut said = first.map_or_else(String::new, |said| said.words.clone());
        if let Some(error) = remove.error {
            said = format!("{said} Removal: {error}");
        }
        words.push((kind, said));
    }
    columns(&table);
    said(&words);
}
