//! Measures a release build: `cargo xtask bench [NAME]`. Everything it needs it makes by itself, the
//! data included, so that anybody gets the same figures on the same machine. It measures and
//! prints; whether a figure is good enough is for people to say, so nothing here fails a test.
//!
//! `openstack` is measured only where it is named: it needs a whole OpenStack, and takes half an
//! hour.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod data;
mod http;
mod large;
mod nearest;
mod openstack;
mod program;
mod pure;
mod table;
mod web;
mod what_if;
mod what_if_page;

use table::Table;

/// What this program is called with where it is one of the tools that are measured.
const CLIENT: &str = "openstack-client";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = arguments.first().map(String::as_str);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if wanted == Some(CLIENT) {
        return runtime.block_on(openstack::client::run(&arguments[1..]));
    }
    let known = [
        "diff",
        "what-if",
        "nearest",
        "program",
        "web",
        "large",
        "openstack",
    ];
    if let Some(name) = wanted.filter(|name| !known.contains(name)) {
        eprintln!(
            "there is no bench called `{name}`: choose one of {}",
            known.join(", ")
        );
        std::process::exit(2);
    }
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("{cores} cores; each figure is the median of its runs unless it says otherwise\n");
    if wanted == Some("openstack") {
        return runtime.block_on(openstack::run(&arguments[1..]));
    }
    let wants = |name: &str| wanted.is_none_or(|wanted| wanted == name);
    let mut table = Table::default();
    if wants("diff") {
        pure::run(&mut table);
    }
    if wants("what-if") {
        what_if::run(&mut table);
        runtime.block_on(what_if_page::run(&mut table));
    }
    if wants("nearest") {
        nearest::run(&mut table);
    }
    if wants("program") {
        runtime.block_on(program::run(&mut table));
    }
    if wants("web") {
        runtime.block_on(web::run(&mut table));
    }
    if wants("large") {
        runtime.block_on(large::run(&mut table));
    }
    table.print();
}
