//! Storing files: every one is read and checked before the first is stored, so that a mistake in
//! one of them leaves nothing behind.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use engine::port::Imported;
use engine::{Ask, EngineError, Outcome, Request};
use model::act::Actor;
use model::environment::Layer;
use model::file::{Document, MAX_BYTES, parse_bytes};
use model::name::{EnvironmentName, RecipeName};
use model::recipe::Recipe;

use super::{Installation, InstallationError};

/// One file that is fine.
#[derive(Clone, Debug)]
struct Checked {
    /// Where it comes from, for people.
    source: String,
    document: Document,
}

/// Files that are fine, each and together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    files: Vec<Checked>,
    seen: BTreeMap<What, String>,
}

/// What a file gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    State(EnvironmentName, Layer),
    Recipe(RecipeName),
}

/// What came of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// A state of an environment.
    State(Box<Imported>),
    /// A recipe.
    Recipe(RecipeName),
}

/// Reads a file, no more of it than can be one.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, InstallationError> {
    let unreadable = |why: std::io::Error| InstallationError::Unreadable {
        file: path.display().to_string(),
        why: format!("it can't be read ({why}): name a file that is there and may be read"),
    };
    let file = File::open(path).map_err(unreadable)?;
    // One byte more than is allowed is enough to be refused.
    let limit = u64::try_from(MAX_BYTES).map_or(u64::MAX, |limit| limit + 1);
    let size = file.metadata().map_or(0, |about| about.len());
    let mut bytes = Vec::new();
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > MAX_BYTES {
        // The reader tells the size; it is to be the whole one.
        let size = usize::try_from(size).unwrap_or(usize::MAX).max(bytes.len());
        return Err(InstallationError::Unreadable {
            file: path.display().to_string(),
            why: format!(
                "the file has {size} bytes; {MAX_BYTES} (8 MiB) is the most that is read: leave \
                 out what was observed, or split the environment"
            ),
        });
    }
    Ok(bytes)
}

impl Batch {
    /// Reads and checks a file.
    pub fn add_file(&mut self, path: &Path) -> Result<(), InstallationError> {
        let name = path.display().to_string();
        let short = path
            .file_name()
            .map_or_else(|| name.clone(), |name| name.to_string_lossy().into_owned());
        let bytes = read(path)?;
        self.add(&name, &format!("file {short}"), &bytes)
    }

    /// Checks the bytes of a file; `name` is for errors, `source` says for good where it came from.
    pub fn add(&mut self, name: &str, source: &str, bytes: &[u8]) -> Result<(), InstallationError> {
        let document = parse_bytes(name, bytes)?;
        let (what, words) = match &document {
            Document::Environment(topology) => (
                What::State(topology.environment.clone(), topology.layer),
                format!("the {} state of {}", topology.layer, topology.environment),
            ),
            Document::Recipe(recipe) => (
                What::Recipe(recipe.recipe.clone()),
                format!("recipe {}", recipe.recipe),
            ),
        };
        if let Some(other) = self.seen.insert(what, name.to_owned()) {
            return Err(InstallationError::Unreadable {
                file: name.to_owned(),
                why: format!("it holds {words}, and so does {other}: leave one of them out"),
            });
        }
        self.files.push(Checked {
            source: source.to_owned(),
            document,
        });
        Ok(())
    }
}

impl Installation {
    /// Stores a recipe.
    pub async fn import_recipe(&self, recipe: Recipe) -> Result<(), EngineError> {
        self.offer_of_recipe(&recipe).await?;
        let ask = Ask::ImportRecipe(Box::new(recipe));
        self.engine
            .submit(Request::by(Actor::CommandLine), ask)
            .await?;
        Ok(())
    }

    /// Stores files that were checked before; the reason is filled in where there is none.
    pub async fn import(
        &self,
        batch: Batch,
        reason: Option<String>,
    ) -> Result<Vec<Stored>, EngineError> {
        let mut all = Vec::with_capacity(batch.files.len());
        for Checked { source, document } in batch.files {
            let request = Request {
                reason: reason.clone(),
                ..Request::by(Actor::CommandLine)
            };
            let (ask, recipe) = match document {
                Document::Environment(topology) => {
                    self.offer_of_topology(&topology).await?;
                    (Ask::Import { topology, source }, None)
                }
                Document::Recipe(recipe) => {
                    self.offer_of_recipe(&recipe).await?;
                    let name = recipe.recipe.clone();
                    (Ask::ImportRecipe(recipe), Some(name))
                }
            };
            match (self.engine.submit(request, ask).await?, recipe) {
                (Outcome::Stored(imported), _) => all.push(Stored::State(Box::new(imported))),
                (_, Some(recipe)) => all.push(Stored::Recipe(recipe)),
                (_, None) => {}
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_of_the_same_thing_are_refused_by_name() {
        let mut batch = Batch::default();
        let text = b"environment: a\nkind: staging\n";
        batch.add("one.yaml", "file one.yaml", text).unwrap();
        let error = batch.add("two.yaml", "file two.yaml", text).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("two.yaml: "), "{error}");
        assert!(error.contains("one.yaml"), "{error}");
        let observed = b"environment: a\nkind: staging\nlayer: observed\n";
        batch
            .add("three.yaml", "file three.yaml", observed)
            .unwrap();
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read_whole() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("large.yaml");
        std::fs::write(&path, vec![b' '; 10 << 20]).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("10485760 bytes"), "{error}");
    }
}
