//! The published JSON schema: what editors complete and other programs check against.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::case::CaseFile;
use crate::recipe::Recipe;
use crate::topology::Topology;

/// The JSON schema (draft 2020-12) of all kinds of documents. It says what the types say; that
/// names which are used are also defined, and the like, is found when a file is read.
pub fn schema() -> Value {
    let mut generator: SchemaGenerator = SchemaSettings::draft2020_12().into_generator();
    let environment = generator.subschema_for::<Topology>();
    let recipe = generator.subschema_for::<Recipe>();
    let case = generator.subschema_for::<CaseFile>();
    let definitions = generator.take_definitions(true);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An environment file, a recipe file or a case file of Understudy",
        "oneOf": [environment, recipe, case],
        "$defs": definitions,
    })
}
