//! The WebPlatform's example files, as topologies.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::path::Path;

use model::file::{Document, parse};
use model::name::EnvironmentName;
use model::recipe::Recipe;
use model::topology::Topology;
use plan::copy::derive;

fn document(name: &str) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/webplatform")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    parse(name, &text).unwrap_or_else(|error| panic!("{error}"))
}

pub fn environment(name: &str) -> Topology {
    match document(name) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("{name} is a recipe"),
    }
}

pub fn recipe() -> Recipe {
    match document("temporary.yaml") {
        Document::Recipe(recipe) => *recipe,
        Document::Environment(_) => panic!("temporary.yaml is an environment"),
    }
}

pub fn copy_of(source: &Topology) -> Topology {
    derive(source, &recipe(), EnvironmentName::new("copy-1").unwrap())
        .unwrap()
        .topology
}
