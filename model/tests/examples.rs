//! The WebPlatform's files read well and hold what the document says.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
use std::path::PathBuf;

use model::file::{self, Document};
use model::recipe::Recipe;
use model::topology::Topology;

fn text(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/webplatform")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

fn environment(name: &str) -> Topology {
    match file::parse(name, &text(name)) {
        Ok(Document::Environment(topology)) => *topology,
        Ok(Document::Recipe(_)) => panic!("{name} is a recipe"),
        Err(error) => panic!("{error}"),
    }
}

fn recipe(name: &str) -> Recipe {
    match file::parse(name, &text(name)) {
        Ok(Document::Recipe(recipe)) => *recipe,
        Ok(Document::Environment(_)) => panic!("{name} is an environment"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn all_read_and_round_trip() {
    for name in [
        "production-2013.yaml",
        "production-2014.yaml",
        "secondary.yaml",
    ] {
        let topology = environment(name);
        let written = file::write(&topology);
        assert_eq!(
            file::parse("written", &written).map_err(|e| format!("{e}\n{written}")),
            Ok(Document::Environment(Box::new(topology)))
        );
    }
    let recipe = recipe("temporary.yaml");
    let written = file::write_recipe(&recipe);
    assert_eq!(
        file::parse("written", &written).map_err(|e| format!("{e}\n{written}")),
        Ok(Document::Recipe(Box::new(recipe)))
    );
}
