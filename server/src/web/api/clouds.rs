//! Clouds: how their collections stand, and what they hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::data::{
    CloudData, CloudMeters, CloudSummary, CloudsData, GroupsData, HeldData, Known, MeterLimit,
    QuotaChange, RuleLine, ThingData,
};
use app::routes::{self, Query};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use chrono::{DateTime, Utc};
use model::assignment::{Assignment, Rule};
use model::collection::{
    CloudState, Collection, HeldFilter, HeldKind, HeldRow, HeldVersion, KindState, OwnerCounts,
    QuotaUse,
};
use model::filter::Page;
use model::id::CloudId;
use model::name::{CloudName, EnvironmentName, GroupName};
use model::quota::{Quota, QuotaKind};
use plan::grouping::{Guess, Proposal};
use serde::Serialize;

use super::read;
use crate::web::Web;
use crate::web::backend::Reader;
use crate::web::trouble::{Failed, bad_request, not_found};

/// The cloud that an address names.
pub(super) type Named = Result<Path<CloudName>, PathRejection>;
type NamedKind = Result<Path<(CloudName, HeldKind)>, PathRejection>;

fn named(name: Named) -> Result<CloudName, Failed> {
    name.map(|Path(name)| name)
        .map_err(|_| not_found("cloud of that name"))
}

fn named_kind(path: NamedKind) -> Result<(CloudName, HeldKind), Failed> {
    path.map(|Path(path)| path).map_err(|_| {
        let kinds: Vec<&str> = HeldKind::ALL.iter().map(|kind| kind.word()).collect();
        let kinds = kinds.join(", ");
        bad_request(format!("What a cloud holds is one of {kinds}."))
    })
}

/// One cloud in the list.
#[derive(Serialize)]
struct Listed {
    name: CloudName,
    about: String,
    /// When it was last collected; none where it never was.
    collected_at: Option<DateTime<Utc>>,
    /// Whether that is longer ago than twice the schedule.
    stale: bool,
    /// How its collections stand; none where nobody ever wanted to see it.
    state: Option<CloudState>,
    counts: BTreeMap<HeldKind, OwnerCounts>,
    quotas: Vec<QuotaUse>,
    environments: Vec<EnvironmentName>,
}

impl From<CloudSummary> for Listed {
    fn from(summary: CloudSummary) -> Self {
        let CloudSummary {
            name,
            about,
            state,
            age,
            counts,
            meters,
            environments,
        } = summary;
        Self {
            name,
            about,
            collected_at: age.map(|age| age.at),
            stale: age.is_some_and(|age| age.stale),
            state,
            counts,
            quotas: meters.map(quotas).unwrap_or_default(),
            environments,
        }
    }
}

/// The quotas that the cloud tells.
fn quotas(meters: CloudMeters) -> Vec<QuotaUse> {
    let told = meters.meters.into_iter().filter_map(|meter| {
        let Known::Is(used) = meter.used else {
            return None;
        };
        let limit = match meter.limit {
            MeterLimit::Limited(limit) => Some(limit),
            MeterLimit::Unlimited => None,
            MeterLimit::Unknown { why: _ } => return None,
        };
        Some(QuotaUse {
            what: meter.what,
            quota: Quota { limit, used },
        })
    });
    told.collect()
}

/// All clouds.
#[derive(Serialize)]
struct Clouds {
    /// How often they are collected; none where only when somebody asks.
    every_seconds: Option<i64>,
    clouds: Vec<Listed>,
}

/// `GET /clouds`
pub(super) async fn list(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let data = Reader::new(&web, &uri).read_clouds().await;
    read(data.map(|CloudsData { clouds, every }| Clouds {
        every_seconds: every.map(|every| every.num_seconds()),
        clouds: clouds.into_iter().map(Listed::from).collect(),
    }))
}

/// A quota that changed.
#[derive(Serialize)]
struct Changed {
    at: DateTime<Utc>,
    what: QuotaKind,
    before: Option<Quota>,
    after: Quota,
}

/// One cloud with its newest collections and what changed of its quotas.
#[derive(Serialize)]
struct One {
    #[serde(flatten)]
    listed: Listed,
    every_seconds: Option<i64>,
    collections: Vec<Collection>,
    quotas_over_time: Vec<Changed>,
}

/// `GET /clouds/{cloud}`
pub(super) async fn one(State(web): State<Arc<Web>>, uri: Uri, name: Named) -> Response {
    let one = async {
        let data = Reader::new(&web, &uri).read_cloud(&named(name)?).await?;
        let CloudData {
            cloud,
            every,
            collections,
            quotas,
            // Lists of their own.
            hypervisors: _,
            projects: _,
        } = data;
        let changed = quotas.into_iter().map(|change| {
            let QuotaChange {
                at,
                what,
                before,
                after,
            } = change;
            Changed {
                at,
                what,
                before,
                after,
            }
        });
        Ok(One {
            listed: cloud.into(),
            every_seconds: every.map(|every| every.num_seconds()),
            collections,
            quotas_over_time: changed.collect(),
        })
    };
    read(one.await)
}

/// The filter of a list in an address: the same as the page's. A cloud that nobody knows has no
/// empty list.
pub(super) async fn filter(
    web: &Arc<Web>,
    uri: &Uri,
    cloud: Named,
    kind: HeldKind,
) -> Result<HeldFilter, Failed> {
    let cloud = named(cloud)?;
    let query = Query::parse(uri.query().unwrap_or_default());
    let filter = routes::held_filter(cloud, kind, &query).map_err(bad_request)?;
    Reader::new(web, uri).cloud_summary(&filter.cloud).await?;
    Ok(filter)
}

/// A page of a list: `{"rows":[…],"total":n,"next":…}` with how old it is; `next` goes into `after`.
#[derive(Serialize)]
struct Held {
    #[serde(flatten)]
    page: Page<HeldRow>,
    /// How reading this kind stands; none where it was never tried.
    read: Option<KindState>,
    stale: bool,
}

/// `GET /clouds/{cloud}/{kind}?…`
pub(super) async fn held(State(web): State<Arc<Web>>, uri: Uri, path: NamedKind) -> Response {
    let page = async {
        let (cloud, kind) = named_kind(path)?;
        let query = Query::parse(uri.query().unwrap_or_default());
        let filter = routes::held_filter(cloud, kind, &query).map_err(bad_request)?;
        let data = Reader::new(&web, &uri).read_held(&filter).await?;
        let HeldData {
            cloud: _,
            filter: _,
            page,
            facets: _,
            kind,
            age,
        } = data;
        Ok(Held {
            page,
            read: kind,
            stale: age.is_some_and(|age| age.stale),
        })
    };
    read(page.await)
}

/// One thing with all that it was.
#[derive(Serialize)]
struct Thing {
    #[serde(flatten)]
    row: HeldRow,
    versions: Vec<HeldVersion>,
    parts: Vec<HeldRow>,
    assignment: Option<Assignment>,
    guess: Option<Guess>,
}

/// `GET /clouds/{cloud}/{kind}/thing?id=`
pub(super) async fn thing(State(web): State<Arc<Web>>, uri: Uri, path: NamedKind) -> Response {
    let thing = async {
        let (cloud, kind) = named_kind(path)?;
        let query = Query::parse(uri.query().unwrap_or_default());
        let id = query
            .get("id")
            .ok_or_else(|| bad_request("Name the thing, as in ?id=…"))?;
        let reader = Reader::new(&web, &uri);
        let data = reader.read_thing(&cloud, kind, &CloudId::new(id)).await?;
        let ThingData {
            cloud: _,
            kind: _,
            row,
            versions,
            parts,
            names: _,
            assignment,
            guess,
            environments: _,
        } = data;
        Ok(Thing {
            row,
            versions,
            parts,
            assignment,
            guess,
        })
    };
    read(thing.await)
}

/// A rule that stands.
#[derive(Serialize)]
struct Standing {
    rule: Rule,
    environment: EnvironmentName,
    group: Option<GroupName>,
    since: DateTime<Utc>,
}

/// What looks like groups: a page of it.
#[derive(Serialize)]
struct Proposals {
    groups: Vec<Proposal>,
    total: usize,
    from: usize,
    unassigned: usize,
    rules: Vec<Standing>,
}

/// `GET /clouds/{cloud}/groups[?from=]`
pub(super) async fn groups(State(web): State<Arc<Web>>, uri: Uri, name: Named) -> Response {
    let groups = async {
        let query = Query::parse(uri.query().unwrap_or_default());
        let from = query.number("from").map_err(bad_request)?.unwrap_or(0);
        let reader = Reader::new(&web, &uri);
        let data = reader.read_groups(&named(name)?, from).await?;
        let GroupsData {
            cloud: _,
            groups,
            total,
            from,
            unassigned,
            untold: _,
            projects: _,
            rules,
            environments: _,
        } = data;
        let standing = rules.into_iter().map(|line| {
            let RuleLine {
                rule,
                environment,
                group,
                since,
            } = line;
            Standing {
                rule,
                environment,
                group,
                since,
            }
        });
        Ok(Proposals {
            groups,
            total,
            from,
            unassigned,
            rules: standing.collect(),
        })
    };
    read(groups.await)
}
