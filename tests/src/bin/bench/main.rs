//! Measures a release build: `cargo xtask bench [NAME]`. Everything it needs it makes by itself, the
//! data included, so that anybody gets the same figures on the same machine. It measures and
//! prints; whether a figure is good enough is for people to say, so nothing here fails a test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod data;
mod http;
mod program;
mod pure;
mod table;
mod web;

use table::Table;

fn main() {
    let wanted = std::env::args().nth(1);
    let wants = |name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    let known = ["diff", "program", "web"];
    if let Some(name) = wanted.as_deref().filter(|name| !known.contains(name)) {
        eprintln!(
            "there is no bench called `{name}`: choose one of {}",
            known.join(", ")
        );
        std::process::exit(2);
    }
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("{cores} cores; each figure is the median of its runs unless it says otherwise\n");
    let mut table = Table::default();
    if wants("diff") {
        pure::run(&mut table);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if wants("program") {
        runtime.block_on(program::run(&mut table));
    }
    if wants("web") {
        runtime.block_on(web::run(&mut table));
    }
    table.print();
}
