//! What findings rest on beside a state itself: the other environments, what its cloud was collected to offer,
//! what has a price. Pages, API and command line judge by this alone, so that they say the same of the same
//! state. It reads the store and asks no cloud.
//!
//! A state is judged anew only where something here is another: its mark says so. The mark is made of what
//! rules look at, so that a load or a status that changes somewhere makes nobody judge anything anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use model::collection::{Body, CloudState, Collection, HeldFilter, HeldKind, QuotaUse, SeenFlavor};
use model::environment::{Environment, Layer};
use model::id::{EnvironmentId, RevisionNumber};
use model::name::{CloudName, FlavorName, SiteName};
use model::price::{PriceBooks, Prices};
use model::topology::Topology;
use plan::amounts::Measure;
use plan::canonical;
use plan::finding::{Finding, History, Surroundings, beside, findings};
use plan::offers::Offers;

use crate::Engine;
use crate::port::StoreError;

/// A state that others are judged beside.
#[derive(Debug)]
struct Beside {
    number: RevisionNumber,
    topology: Topology,
    mark: String,
}

/// What a cloud was collected to offer.
#[derive(Debug)]
struct Offered {
    collection: Collection,
    offers: Offers,
    mark: String,
}

/// What was read last and can't be another: an environment's state of one revision, a cloud's offers of one
/// collection. Of each the newest alone, so that it grows with what there is and not with its history.
#[derive(Debug, Default)]
pub struct Remembered {
    states: Kept<(EnvironmentId, Layer), Beside>,
    offers: Kept<CloudName, Offered>,
}

/// How many states are kept.
const KEPT: usize = 2_048;

#[derive(Debug)]
struct Kept<K, V>(Mutex<HashMap<K, Arc<V>>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V> Kept<K, V> {
    fn get(&self, key: &K) -> Option<Arc<V>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).map(Arc::clone)
    }

    fn keep(&self, key: K, value: &Arc<V>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(value));
    }
}

/// What all environments are judged by on one day.
#[derive(Debug)]
pub struct Around {
    today: NaiveDate,
    others: Vec<Arc<Beside>>,
    offers: BTreeMap<CloudName, Arc<Offered>>,
    pub(crate) prices: Prices,
    /// Of the others, and of the prices that hold.
    mark: String,
}

/// What is known of one state beside these.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beheld<'a> {
    /// The day on which it was last collected, where it is.
    pub collected: Option<NaiveDate>,
    /// What was measured of its instances.
    pub history: Option<&'a History>,
}

impl Around {
    /// The day for which is judged.
    pub const fn today(&self) -> NaiveDate {
        self.today
    }

    /// What is the same for as long as nothing is another that a state on a cloud is judged by.
    pub fn mark(&self, cloud: Option<&CloudName>) -> String {
        let offered = cloud.and_then(|cloud| self.offers.get(cloud));
        let offered = offered.map_or("", |offered| offered.mark.as_str());
        format!("{}/{offered}", self.mark)
    }

    /// The sites that any environment names or is at; one may come more than once.
    pub fn sites(&self) -> impl Iterator<Item = &SiteName> {
        self.others.iter().flat_map(|other| {
            let Topology { site, sites, .. } = &other.topology;
            site.iter().chain(sites.keys())
        })
    }

    /// What things cost, as it is stored.
    pub const fn prices(&self) -> &Prices {
        &self.prices
    }

    /// What a cloud was collected to offer.
    pub(crate) fn offers_of(&self, cloud: &CloudName) -> Option<&Offers> {
        self.offers.get(cloud).map(|offered| &offered.offers)
    }

    /// All findings about a state, the most urgent first.
    pub fn findings(&self, topology: &Topology, beheld: Beheld<'_>) -> Vec<Finding> {
        self.findings_beside(topology, beheld, &[])
    }

    /// The same, with further environments beside it.
    pub fn findings_beside(
        &self,
        topology: &Topology,
        beheld: Beheld<'_>,
        more: &[Topology],
    ) -> Vec<Finding> {
        let Beheld { collected, history } = beheld;
        let others = self.others.iter().map(|other| &other.topology);
        let others: Vec<&Topology> = others.chain(more).collect();
        let cloud = topology.cloud.as_ref();
        findings(&Surroundings {
            topology,
            today: self.today,
            collected,
            others: &others,
            offers: cloud.and_then(|cloud| self.offers_of(cloud)),
            prices: self.prices.at(topology.site.as_ref()).on(self.today),
            history,
        })
    }

    /// The same with other prices, which hold everywhere.
    #[must_use]
    pub fn priced(self, books: Option<PriceBooks>) -> Self {
        let prices = books.map(|anywhere| Prices {
            anywhere,
            ..Prices::default()
        });
        Self {
            prices: prices.unwrap_or(self.prices),
            ..self
        }
    }

    /// Where nothing is stored.
    pub fn nothing(today: NaiveDate) -> Self {
        Self {
            today,
            others: Vec::new(),
            offers: BTreeMap::new(),
            prices: Prices::default(),
            mark: String::new(),
        }
    }
}

impl Engine {
    /// What these environments, which are all that aren't destroyed, are judged by on a day.
    pub async fn around(
        &self,
        environments: &[Environment],
        today: NaiveDate,
        remembered: Option<&Remembered>,
    ) -> Result<Around, StoreError> {
        let mut others = Vec::with_capacity(environments.len());
        for environment in environments {
            others.extend(self.beside(environment, remembered).await?);
        }
        let mut offers = BTreeMap::new();
        for cloud in self.store().clouds().await? {
            if let Some(offered) = self.offered(&cloud, remembered).await? {
                offers.insert(cloud.name, offered);
            }
        }
        let prices = self.prices().await?;
        let at_sites = prices.at_sites.values().map(|books| books.on(today));
        let sites: Vec<_> = prices.at_sites.keys().zip(at_sites).collect();
        let marks: Vec<&str> = others.iter().map(|other| other.mark.as_str()).collect();
        let hold = (prices.anywhere.on(today), sites);
        let mark = canonical::hash(&(&marks, hold)).map_err(unmarked)?;
        Ok(Around {
            today,
            others,
            offers,
            prices,
            mark,
        })
    }

    /// The day on which a state was last collected. What a person wrote down has the date that it has,
    /// and none of ours. `clouds` are those that its environment has servers in.
    pub fn collected_on(
        environment: &Environment,
        layer: Layer,
        clouds: Option<&BTreeSet<CloudName>>,
    ) -> Option<NaiveDate> {
        let at = environment.observed_at.filter(|_| layer == Layer::Observed);
        at.filter(|_| clouds.is_some()).map(|at| at.date_naive())
    }

    /// An environment as planned or, where that isn't known, as observed.
    async fn beside(
        &self,
        environment: &Environment,
        remembered: Option<&Remembered>,
    ) -> Result<Option<Arc<Beside>>, StoreError> {
        let (layer, number) = match (environment.planned, environment.observed) {
            (Some(number), _) => (Layer::Planned, number),
            (None, Some(number)) => (Layer::Observed, number),
            (None, None) => return Ok(None),
        };
        let key = (environment.id, layer);
        let kept = remembered.and_then(|remembered| remembered.states.get(&key));
        if let Some(kept) = kept.filter(|kept| kept.number == number) {
            return Ok(Some(kept));
        }
        let state = self
            .store()
            .revision(environment.id, layer, Some(number))
            .await?;
        let Some((_, topology)) = state else {
            return Ok(None);
        };
        let topology = beside(&topology);
        let mark = canonical::hash(&topology).map_err(unmarked)?;
        let read = Arc::new(Beside {
            number,
            topology,
            mark,
        });
        if let Some(remembered) = remembered {
            remembered.states.keep(key, &read);
        }
        Ok(Some(read))
    }

    /// What a cloud offers by its newest collection; none where it was never collected.
    async fn offered(
        &self,
        cloud: &CloudState,
        remembered: Option<&Remembered>,
    ) -> Result<Option<Arc<Offered>>, StoreError> {
        let Some(collection) = &cloud.newest else {
            return Ok(None);
        };
        let kept = remembered.and_then(|remembered| remembered.offers.get(&cloud.name));
        if let Some(kept) = kept.filter(|kept| kept.collection == *collection) {
            return Ok(Some(kept));
        }
        let of = |kind| HeldFilter::all(cloud.name.clone(), kind);
        let mut offers = Offers::none(collection.at);
        for row in self.all_held(of(HeldKind::Flavor)).await? {
            if let (Ok(name), Body::Flavor(SeenFlavor { size, .. })) =
                (FlavorName::new(&row.held.name), row.held.body)
            {
                offers.flavors.insert(name, size);
            }
        }
        for row in self.all_held(of(HeldKind::Quota)).await? {
            if let Body::Quota(QuotaUse { what, quota }) = row.held.body {
                offers.quotas.insert(what, quota);
            }
        }
        let mark = mark_of(collection, &offers)?;
        let read = Arc::new(Offered {
            collection: collection.clone(),
            offers,
            mark,
        });
        if let Some(remembered) = remembered {
            remembered.offers.keep(cloud.name.clone(), &read);
        }
        Ok(Some(read))
    }
}

/// Amounts that are used change all the time and are looked at by no rule. When a cloud was asked is told
/// only where it did not tell something.
fn mark_of(collection: &Collection, offers: &Offers) -> Result<String, StoreError> {
    let told: BTreeSet<_> = offers.quotas.keys().collect();
    let mut wanted = Measure::ALL.into_iter().filter_map(Measure::quota);
    let untold = wanted.any(|kind| !offers.quotas.contains_key(&kind));
    let asked = untold.then_some(collection.at);
    canonical::hash(&(&offers.flavors, told, asked)).map_err(unmarked)
}

fn unmarked(error: canonical::NoCanonicalForm) -> StoreError {
    StoreError::Database(format!("what is stored can't be told apart: {error}"))
}
