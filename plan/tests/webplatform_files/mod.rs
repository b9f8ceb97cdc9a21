//! The WebPlatform's environments, as their files have them.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use std::path::Path;

use model::file::{Document, parse};
use model::name::EnvironmentName;
use model::topology::Topology;
use plan::copy::derive;

fn document(name: &str) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/webplatform")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    parse(name, &text).unwrap_or_else(|error| panic!("{error}"))
}

/// One of them.
pub fn environment(name: &str) -> Topology {
    match document(name) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("{name} is a recipe"),
    }
}

/// A temporary copy of one.
pub fn copy_of(source: &Topology) -> Topology {
    let Document::Recipe(recipe) = document("temporary.yaml") else {
        panic!("temporary.yaml is an environment");
    };
    let name = EnvironmentName::new("copy-1").unwrap();
    derive(source, &recipe, name).unwrap().topology
}
