//! What A and B are: a file, a stored environment, or nothing. The store is opened only where
//! something stored is asked for, so that files can be read without any data folder.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use engine::Engine;
use engine::around::{Around, Beheld};
use model::case::CaseStudy;
use model::environment::{Environment, Layer, Revision};
use model::file::{Document, parse_bytes};
use model::id::RevisionNumber;
use model::key::Key;
use model::name::{EnvironmentName, RecipeName};
use model::price::{PriceBooks, Prices};
use model::recipe::Recipe;
use model::topology::Topology;
use plan::finding::Finding;

use super::args::DataArgs;
use super::error::CliError;
use super::{Setup, open};
use crate::installation::{Installation, read_file};

/// The word for an environment with nothing in it.
const NOTHING: &str = "nothing";

/// How many instances an error names.
const NAMED: usize = 20;

/// A stored environment, as it is typed: `name`, `name@2`, `name:observed`, `name:observed@2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StoredName {
    pub(super) name: EnvironmentName,
    pub(super) layer: Option<Layer>,
    pub(super) revision: Option<RevisionNumber>,
}

impl StoredName {
    /// Understands what was typed.
    pub(super) fn parse(text: &str) -> Result<Self, CliError> {
        let wrong = |why: String| CliError::usage(format!("`{text}`: {why}"));
        let (rest, revision) = match text.split_once('@') {
            Some((rest, number)) => {
                let number: u32 = number
                    .parse()
                    .ok()
                    .filter(|number| *number > 0)
                    .ok_or_else(|| {
                        wrong(format!(
                            "`{number}` is no revision: write a number from 1 on, as in `{rest}@1`"
                        ))
                    })?;
                (rest, Some(RevisionNumber(number)))
            }
            None => (text, None),
        };
        let (name, layer) = match rest.split_once(':') {
            Some((name, layer)) => (name, Some(layer.parse().map_err(wrong)?)),
            None => (rest, None),
        };
        let name = EnvironmentName::new(name).map_err(|error| {
            CliError::usage(format!(
                "there is no file called `{text}`, and it can't be a stored environment either: {error}"
            ))
        })?;
        Ok(Self {
            name,
            layer,
            revision,
        })
    }
}

/// Whether a text names a file: it is there, or it looks like nothing else.
fn as_file(text: &str) -> Result<Option<PathBuf>, CliError> {
    let path = Path::new(text);
    if path.exists() && !path.is_dir() {
        return Ok(Some(path.to_owned()));
    }
    let ending = path.extension().and_then(|ending| ending.to_str());
    if text.contains('/') || matches!(ending, Some("yaml" | "yml")) {
        return Err(CliError::usage(format!(
            "there is no file `{text}`: name one that is there, or a stored environment"
        )));
    }
    Ok(None)
}

fn parse_file(path: &Path) -> Result<Document, CliError> {
    let bytes = read_file(path)?;
    Ok(parse_bytes(&path.display().to_string(), &bytes)?)
}

/// What a stored state is judged by beside what is stored.
#[derive(Debug)]
pub(super) struct By<'a> {
    /// The day.
    pub(super) on: NaiveDate,
    /// What things cost, in place of the stored prices.
    pub(super) prices: Option<PriceBooks>,
    /// Further environments.
    pub(super) more: &'a [Topology],
}

/// What stands around everything that is stored.
async fn around(engine: &Engine, on: NaiveDate) -> Result<Around, CliError> {
    let environments = engine.store().environments(false).await?;
    Ok(engine.around(&environments, on, None).await?)
}

/// Where subjects come from.
pub(super) struct Sources {
    data: DataArgs,
    setup: Setup,
    opened: Option<Installation>,
}

impl Sources {
    /// Nothing is opened yet.
    pub(super) fn new(data: DataArgs, setup: Setup) -> Self {
        Self {
            data,
            setup,
            opened: None,
        }
    }

    /// The store's installation, opened where it isn't yet.
    async fn installation(&mut self) -> Result<&Installation, CliError> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => open(&self.data, self.setup.clone()).await?,
        };
        Ok(self.opened.insert(opened))
    }

    /// What a text names as stored, where it names no file: its environment, and which state is meant.
    async fn stored(
        &mut self,
        text: &str,
    ) -> Result<Option<(Environment, Revision, Topology)>, CliError> {
        if as_file(text)?.is_some() {
            return Ok(None);
        }
        let stored = StoredName::parse(text)?;
        let installation = self.installation().await?;
        let environment = stored_environment(installation, &stored.name).await?;
        let (revision, topology) = stored_state(installation, &environment, &stored).await?;
        Ok(Some((environment, revision, topology)))
    }

    /// An environment with what is worth knowing of it. A file is judged by what is named here alone; what is
    /// stored by all that is stored, as pages and API tell it.
    pub(super) async fn judged(
        &mut self,
        text: &str,
        by: By<'_>,
    ) -> Result<(Topology, Vec<Finding>), CliError> {
        match self.stored(text).await? {
            None => {
                let topology = self.topology(text).await?;
                let By { on, prices, more } = by;
                let around = Around::nothing(on).priced(prices);
                let found = around.findings_beside(&topology, Beheld::default(), more);
                Ok((topology, found))
            }
            Some((environment, revision, mut topology)) => {
                let found = self.findings(&environment, &revision, &mut topology, by);
                let found = found.await?;
                Ok((topology, found))
            }
        }
    }

    /// What is worth knowing of a stored state.
    async fn findings(
        &mut self,
        environment: &Environment,
        revision: &Revision,
        topology: &mut Topology,
        by: By<'_>,
    ) -> Result<Vec<Finding>, CliError> {
        let By { on, prices, more } = by;
        let engine = &self.installation().await?.engine;
        let store = engine.store();
        let around = around(engine, on).await?.priced(prices);
        let layer = revision.layer;
        let newest = match layer {
            Layer::Planned => environment.planned,
            Layer::Observed => environment.observed,
        };
        // Of an older state nobody remembers how it was collected, nor is what is measured now of any
        // meaning for it.
        if newest != Some(revision.number) {
            return Ok(around.findings_beside(topology, Beheld::default(), more));
        }
        let history = engine.history(environment.id).await?;
        if layer == Layer::Observed {
            engine
                .tell_measured(environment.id, revision.at, topology)
                .await?;
        }
        let clouds = store.clouds_of().await?;
        let clouds = clouds.get(&environment.id);
        let beheld = Beheld {
            collected: Engine::collected_on(environment, layer, clouds),
            history: Some(&history),
        };
        Ok(around.findings_beside(topology, beheld, more))
    }

    /// What things cost, as it is stored.
    pub(super) async fn prices(&mut self) -> Result<Prices, CliError> {
        Ok(self.installation().await?.engine.prices().await?)
    }

    /// What stands around an environment on a day. Around a file nothing does: it is judged by what stands
    /// in it.
    pub(super) async fn around(&mut self, text: &str, on: NaiveDate) -> Result<Around, CliError> {
        if as_file(text)?.is_some() {
            return Ok(Around::nothing(on));
        }
        around(&self.installation().await?.engine, on).await
    }

    /// The stored case studies.
    pub(super) async fn cases(&mut self) -> Result<Vec<CaseStudy>, CliError> {
        let cases = self.installation().await?.engine.cases().await?;
        Ok(cases.into_iter().map(|(_, study)| study).collect())
    }

    /// Waits for what is being written.
    pub(super) async fn close(self) {
        if let Some(opened) = self.opened {
            opened.close().await;
        }
    }

    /// A file's or a stored environment's topology.
    pub(super) async fn topology(&mut self, text: &str) -> Result<Topology, CliError> {
        match self.document(text).await? {
            Document::Environment(topology) => Ok(*topology),
            Document::Recipe(recipe) => Err(CliError::usage(format!(
                "`{text}` is a recipe ({}): name an environment",
                recipe.recipe
            ))),
        }
    }

    /// The same, where `nothing` stands for no environment.
    pub(super) async fn topology_or_nothing(
        &mut self,
        text: &str,
    ) -> Result<Option<Topology>, CliError> {
        if text == NOTHING && !Path::new(text).exists() {
            return Ok(None);
        }
        self.topology(text).await.map(Some)
    }

    /// A file's content, or a stored environment's topology.
    pub(super) async fn document(&mut self, text: &str) -> Result<Document, CliError> {
        if let Some(path) = as_file(text)? {
            return parse_file(&path);
        }
        let stored = StoredName::parse(text)?;
        let installation = self.installation().await?;
        let topology = stored_topology(installation, &stored).await?;
        Ok(Document::Environment(Box::new(topology)))
    }

    /// A recipe from a file or from the store.
    pub(super) async fn recipe(&mut self, text: &str) -> Result<Recipe, CliError> {
        if let Some(recipe) = recipe_in_file(text)? {
            return Ok(recipe);
        }
        stored_recipe(self.installation().await?, text).await
    }
}

/// The recipe of a file, where the text names one.
pub(super) fn recipe_in_file(text: &str) -> Result<Option<Recipe>, CliError> {
    let Some(path) = as_file(text)? else {
        return Ok(None);
    };
    match parse_file(&path)? {
        Document::Recipe(recipe) => Ok(Some(*recipe)),
        Document::Environment(topology) => Err(CliError::usage(format!(
            "`{text}` is an environment ({}): name a recipe, a file that begins with `recipe: NAME`",
            topology.environment
        ))),
    }
}

/// A stored recipe.
pub(super) async fn stored_recipe(
    installation: &Installation,
    text: &str,
) -> Result<Recipe, CliError> {
    let name = RecipeName::new(text).map_err(|error| CliError::usage(error.to_string()))?;
    let store = installation.engine.store();
    if let Some(recipe) = store.recipe(&name).await? {
        return Ok(recipe);
    }
    let known: Vec<String> = store
        .recipes()
        .await?
        .iter()
        .map(|recipe| recipe.recipe.to_string())
        .collect();
    Err(CliError::usage(format!(
        "there is neither a file nor a stored recipe called `{text}`; {}",
        stored_ones(&known)
    )))
}

/// A stored environment.
pub(super) async fn stored_environment(
    installation: &Installation,
    name: &EnvironmentName,
) -> Result<Environment, CliError> {
    let store = installation.engine.store();
    if let Some(environment) = store.environment(name).await? {
        return Ok(environment);
    }
    let known: Vec<String> = store
        .environments(false)
        .await?
        .iter()
        .map(|environment| environment.name.to_string())
        .collect();
    Err(CliError::usage(format!(
        "there is neither a file nor a stored environment called `{name}`; {}",
        stored_ones(&known)
    )))
}

fn stored_ones(known: &[String]) -> String {
    if known.is_empty() {
        "none is stored yet: understudy import FILE…".to_owned()
    } else {
        format!("stored are {}", known.join(", "))
    }
}

/// The state that is meant: of the layer that is named, else the planned one where there is one.
async fn stored_topology(
    installation: &Installation,
    stored: &StoredName,
) -> Result<Topology, CliError> {
    let environment = stored_environment(installation, &stored.name).await?;
    let (_, topology) = stored_state(installation, &environment, stored).await?;
    Ok(topology)
}

/// The same of an environment that was found, with its revision.
async fn stored_state(
    installation: &Installation,
    environment: &Environment,
    stored: &StoredName,
) -> Result<(Revision, Topology), CliError> {
    let store = installation.engine.store();
    let layer = stored.layer.unwrap_or(if environment.planned.is_some() {
        Layer::Planned
    } else {
        Layer::Observed
    });
    if let Some(state) = store
        .revision(environment.id, layer, stored.revision)
        .await?
    {
        return Ok(state);
    }
    let newest = match layer {
        Layer::Planned => environment.planned,
        Layer::Observed => environment.observed,
    };
    let name = &stored.name;
    Err(CliError::usage(match (newest, stored.revision) {
        (Some(newest), Some(revision)) => {
            format!("{name} has no {layer} revision {revision}: its newest is {newest}")
        }
        (_, _) => format!("{name} has no {layer} state"),
    }))
}

/// The instance of an environment that is called so: a group and a number, or a host name.
pub(super) fn instance_of(topology: &Topology, text: &str) -> Result<Key, CliError> {
    if let Some(key) = topology.instance(text) {
        return Ok(key);
    }
    let mut names: Vec<String> = topology
        .instances()
        .take(NAMED + 1)
        .map(|(key, _)| key.name().to_owned())
        .collect();
    if names.len() > NAMED {
        names.pop();
        names.push("…".to_owned());
    }
    let name = &topology.environment;
    Err(CliError::usage(if names.is_empty() {
        format!("{name} has no instances")
    } else {
        format!(
            "{name} has no instance `{text}`; it has {}",
            names.join(", ")
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_environments_are_named_with_layer_and_revision() {
        let parsed = StoredName::parse("production-2014:observed@3").unwrap();
        assert_eq!(parsed.name.as_str(), "production-2014");
        assert_eq!(parsed.layer, Some(Layer::Observed));
        assert_eq!(parsed.revision, Some(RevisionNumber(3)));
        let parsed = StoredName::parse("a").unwrap();
        assert_eq!((parsed.layer, parsed.revision), (None, None));
    }

    #[test]
    fn what_can_be_no_name_is_refused_with_what_would_be_right() {
        for (text, part) in [
            ("a@0", "write a number from 1 on"),
            ("a@x", "write a number from 1 on"),
            ("a:imaginary", "use planned or observed"),
            ("A b", "lower-case"),
        ] {
            let error = StoredName::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn what_looks_like_a_file_is_never_looked_for_in_the_store() {
        for text in ["gone.yaml", "gone.yml", "./gone"] {
            let error = as_file(text).unwrap_err().to_string();
            assert!(error.contains("there is no file"), "{error}");
        }
        assert_eq!(as_file("production-2013").unwrap(), None);
    }
}
