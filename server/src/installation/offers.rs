//! What the simulated cloud offers: it has no flavors, images and types of volumes of its own, so it takes those that
//! the stored environments and recipes name. It must never be the place where a number is invented.

use std::collections::{BTreeMap, BTreeSet};

use engine::EngineError;
use model::flavor::Flavor;
use model::name::{CloudName, FlavorName, ImageName, VolumeTypeName};
use model::recipe::Recipe;
use model::topology::Topology;

use super::Installation;

/// Flavors, images and types of volumes that are to be offered.
#[derive(Debug, Default)]
struct Wanted {
    flavors: BTreeMap<FlavorName, Flavor>,
    images: BTreeSet<ImageName>,
    volume_types: BTreeSet<VolumeTypeName>,
    /// Clouds that environments are on.
    clouds: BTreeSet<CloudName>,
}

impl Wanted {
    fn flavors(&mut self, flavors: &BTreeMap<FlavorName, Flavor>) {
        for (name, flavor) in flavors {
            let known = *self.flavors.entry(name.clone()).or_insert(*flavor);
            if known != *flavor {
                tracing::warn!(flavor = %name, "has two sizes in what is stored: the first is offered");
            }
        }
    }

    fn topology(&mut self, topology: &Topology) {
        self.flavors(&topology.flavors);
        let images = topology
            .groups
            .values()
            .filter_map(|group| group.image.fixed());
        self.images.extend(images.cloned());
        let volumes = topology
            .groups
            .values()
            .flat_map(|group| group.volumes.values());
        self.volume_types
            .extend(volumes.filter_map(|volume| volume.volume_type.clone()));
        self.clouds.extend(topology.cloud.clone());
    }

    fn recipe(&mut self, recipe: &Recipe) {
        self.flavors(&recipe.flavors);
        let images = recipe
            .groups
            .values()
            .filter_map(|group| group.image.as_ref());
        self.images.extend(images.cloned());
    }
}

impl Installation {
    /// Offers what the newest states of all environments and all recipes name.
    pub(super) async fn offer_everything(&self) -> Result<(), EngineError> {
        let store = self.engine.store();
        let mut wanted = Wanted::default();
        for recipe in store.recipes().await? {
            wanted.recipe(&recipe);
        }
        for environment in store.environments(false).await? {
            for topology in self.newest(&environment).await? {
                wanted.topology(&topology);
            }
        }
        self.offer(wanted).await
    }

    pub(super) async fn offer_of_topology(&self, topology: &Topology) -> Result<(), EngineError> {
        let mut wanted = Wanted::default();
        wanted.topology(topology);
        self.offer(wanted).await
    }

    pub(super) async fn offer_of_recipe(&self, recipe: &Recipe) -> Result<(), EngineError> {
        let mut wanted = Wanted::default();
        wanted.recipe(recipe);
        self.offer(wanted).await
    }

    async fn offer(&self, wanted: Wanted) -> Result<(), EngineError> {
        let Wanted {
            flavors,
            images,
            volume_types,
            clouds,
        } = wanted;
        for cloud in &clouds {
            self.engine.uses(cloud);
        }
        if !flavors.is_empty() {
            self.simulated.offer_flavors(&flavors).await?;
        }
        if !images.is_empty() {
            self.simulated.offer_images(&images).await?;
        }
        if !volume_types.is_empty() {
            self.simulated.offer_volume_types(&volume_types).await?;
        }
        Ok(())
    }
}
