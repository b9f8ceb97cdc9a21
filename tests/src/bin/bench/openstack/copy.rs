//! The copy that everybody makes: the WebPlatform's, by Understudy's own recipe and plan. Others get
//! the resolved resources as JSON, so that no name, size or rule is told twice.

use model::count::Sizing;
use model::name::FlavorName;
use model::recipe::Recipe;
use model::resolved::{Resolved, resolve};
use model::topology::Topology;
use serde_json::{Value, json};
use tests::openstack::{Lab, Understudy};
use tests::world::{example_environment, example_recipe, name};

/// What it is called.
pub const NAME: &str = "rehearsal";

/// Where public addresses come from; the lab provides it.
const OUTSIDE: &str = "public";

/// What a server of [`DOOMED`] says when it fails to start.
pub const WORDS: &str = "the disk of this host is on fire";

/// The flavor of which no server ever starts.
const DOOMED: &str = "doomed";

/// Which copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// It comes up.
    Sound,
    /// One of its servers never does.
    Doomed,
}

impl Variant {
    /// The word for it, for the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Doomed => "doomed",
        }
    }

    /// From the word.
    pub fn of(word: &str) -> Self {
        let all = [Self::Sound, Self::Doomed];
        let found = all.into_iter().find(|variant| variant.word() == word);
        found.unwrap_or_else(|| panic!("there is no copy `{word}`"))
    }
}

/// A copy as people write it.
pub struct Copy {
    production: Topology,
    recipe: Recipe,
    variant: Variant,
}

impl Copy {
    /// The WebPlatform's.
    pub fn of(variant: Variant) -> Self {
        let mut recipe = example_recipe();
        if variant == Variant::Doomed {
            // As large as the one in its place, and alone with its name.
            let group = recipe.groups.values_mut().last().unwrap();
            let doomed = FlavorName::new(DOOMED).unwrap();
            let flavor = group.flavor.replace(doomed.clone()).unwrap();
            let size = recipe.flavors[&flavor];
            recipe.flavors.insert(doomed, size);
        }
        Self {
            production: example_environment("production-2014.yaml"),
            recipe,
            variant,
        }
    }

    /// Makes the lab offer what it needs.
    pub async fn provide(&self, lab: &Lab) {
        lab.flavors(&self.recipe.flavors).await;
        if let Some(size) = self.recipe.flavors.get(DOOMED) {
            let (ram, disk) = (size.ram.0.try_into(), size.disk.0.try_into());
            let id = lab
                .flavor(DOOMED, size.vcpus, ram.unwrap(), disk.unwrap())
                .await;
            lab.doom(&id, WORDS).await;
        }
    }

    /// Tells Understudy of it.
    pub async fn import(&self, understudy: &Understudy) {
        understudy.import(self.production.clone()).await;
        understudy.import_recipe(self.recipe.clone()).await;
    }

    /// Which it is.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    fn resolved(&self) -> Resolved {
        let copy = plan::copy::derive(&self.production, &self.recipe, name(NAME)).unwrap();
        resolve(&copy.topology, &Sizing::Planned)
    }

    /// How many servers it has.
    pub fn servers(&self) -> usize {
        self.resolved().instances().count()
    }

    /// Its resources, for the others.
    pub fn to_json(&self) -> Value {
        let Resolved { resources, order } = self.resolved();
        json!({
            "environment": NAME,
            "external_network": OUTSIDE,
            "resources": resources,
            "order": order,
        })
    }
}
