//! A database for a test, and the values that the tests store.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use engine::port::{
    Claim, Demand, Imported, JournalWrite, NewAudit, NewEnvironment, NewOperation, NewRevision,
    Onto, Store, Submitted,
};
use model::act::{Act, Actor};
use model::count::Count;
use model::environment::{Environment, EnvironmentKind, Layer};
use model::facts::InstanceFacts;
use model::filter::instance_records;
use model::group::Group;
use model::id::{EnvironmentId, ExecutorId, OperationId, RevisionNumber};
use model::lease::Lease;
use model::operation::{Operation, OperationState};
use model::profile::Category;
use model::topology::Topology;
use model::value::Value;
use plan::Plan;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use store::SqlStore;
use tempfile::TempDir;
use uuid::Uuid;

/// Runs each test on both databases.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::harness::Database::sqlite()).await;
            }
        )*}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::harness::Database::postgres().await).await;
            }
        )*}
    };
}
pub(crate) use on_both;

/// An empty database.
pub struct Database {
    kind: Kind,
}

enum Kind {
    Sqlite { file: PathBuf, _folder: TempDir },
    Postgres { url: String },
}

impl Database {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            kind: Kind::Sqlite {
                // A name that would mean something else in an address.
                file: folder.path().join("under study%20?#.db"),
                _folder: folder,
            },
        }
    }

    /// Its own order of texts is not that of their bytes, as on most servers of the world.
    pub async fn postgres() -> Self {
        sqlx::any::install_default_drivers();
        let plain = tests::postgres::database().await;
        let name = plain.rsplit('/').next().unwrap();
        let mut raw = AnyConnection::connect(&plain).await.unwrap();
        let sql = format!(
            "CREATE DATABASE {name}_en TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
        );
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut raw)
            .await
            .unwrap();
        Self {
            kind: Kind::Postgres {
                url: format!("{plain}_en"),
            },
        }
    }

    /// Opens the store once more, as another process would.
    pub async fn try_open(&self) -> Result<SqlStore, engine::port::StoreError> {
        match &self.kind {
            Kind::Sqlite { file, .. } => SqlStore::open_sqlite(file).await,
            Kind::Postgres { url } => SqlStore::open_postgres(url).await,
        }
    }

    pub async fn open(&self) -> SqlStore {
        self.try_open().await.unwrap()
    }

    async fn raw(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        let url = match &self.kind {
            Kind::Sqlite { file, .. } => {
                let path = file.to_str().unwrap();
                let path = path.replace('%', "%25").replace('?', "%3F");
                format!("sqlite://{}", path.replace('#', "%23").replace(' ', "%20"))
            }
            Kind::Postgres { url } => url.clone(),
        };
        AnyConnection::connect(&url).await.unwrap()
    }

    /// Runs a statement behind the store's back.
    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        let mut raw = self.raw().await;
        sqlx::query(sql).execute(&mut raw).await.unwrap();
    }

    /// A number, read behind the store's back.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        let mut raw = self.raw().await;
        let row = sqlx::query(sql).fetch_one(&mut raw).await.unwrap();
        row.get(0)
    }
}

/// A time, some seconds after the tests' own beginning.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_400_000_000, 123_456_000).unwrap() + TimeDelta::seconds(seconds)
}

/// An id, told apart by a number.
pub fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn environment_id(number: u128) -> EnvironmentId {
    EnvironmentId::from_uuid(uuid(number))
}

pub fn operation_id(number: u128) -> OperationId {
    OperationId::from_uuid(uuid(number))
}

pub fn executor(number: u128) -> ExecutorId {
    ExecutorId::from_uuid(uuid(number))
}

pub fn audit(seconds: i64) -> NewAudit {
    NewAudit {
        actor: Actor::Person { name: "Ada".into() },
        reason: "because".into(),
        at: at(seconds),
    }
}

/// A topology of groups with their counts; all of one flavor, nothing else known.
pub fn topology(name: &str, groups: &[(&str, u32)]) -> Topology {
    let mut topology = Topology::empty(name.parse().unwrap(), EnvironmentKind::Production);
    for (group, count) in groups {
        let mut made = Group::new(Category::Application, Count::exactly(*count));
        made.flavor = Value::Fixed("m1.small".parse().unwrap());
        topology.groups.insert(group.parse().unwrap(), made);
    }
    topology
}

/// The facts of an instance of a topology, to be filled in.
pub fn facts<'a>(topology: &'a mut Topology, group: &str, ordinal: u32) -> &'a mut InstanceFacts {
    let group = topology.groups.get_mut(group).unwrap();
    group.instances.entry(ordinal).or_default()
}

pub fn revision(topology: Topology, layer: Layer, seconds: i64) -> NewRevision {
    NewRevision {
        records: instance_records(&topology),
        topology,
        layer,
        source: "file test.yaml".into(),
        at: at(seconds),
    }
}

/// Stores a state; a new environment gets the id of this number.
pub async fn put(
    store: &SqlStore,
    id: u128,
    topology: &Topology,
    layer: Layer,
    seconds: i64,
) -> Imported {
    let new = NewEnvironment {
        id: environment_id(id),
        lease: None,
    };
    let revision = revision(topology.clone(), layer, seconds);
    store
        .put_revision(new, Onto::Anything, revision, None, audit(seconds))
        .await
        .unwrap()
}

pub fn lease(environment: EnvironmentId, seconds: i64) -> Lease {
    Lease {
        environment,
        expires_at: at(seconds),
        limit: at(seconds + 100),
        extensions: 0,
    }
}

/// A queued operation that brings an environment up and takes nothing of any quota.
pub fn operation(number: u128, environment: &Environment) -> NewOperation {
    NewOperation {
        operation: Operation {
            id: operation_id(number),
            environment: environment.id,
            environment_name: environment.name.clone(),
            act: Act::BringUp {
                environment: environment.id,
                revision: RevisionNumber(1),
                expires_at: Some(at(1000)),
            },
            actor: Actor::CommandLine,
            reason: "wanted".into(),
            submitted_at: at(10),
            plan_hash: Some("abc".into()),
            state: OperationState::Queued,
        },
        plan: plan("abc"),
        cloud: "simulated".parse().unwrap(),
        demand: Demand::new(),
        free: Demand::new(),
        lease: None,
        replanned: None,
        idempotency_key: None,
        audit: audit(10),
    }
}

/// A plan without steps.
pub fn plan(hash: &str) -> Plan {
    Plan {
        steps: Vec::new(),
        footprint: std::collections::BTreeMap::new(),
        hash: hash.into(),
    }
}

/// An environment with an operation, claimed by executor 1.
pub async fn claimed(store: &SqlStore) -> (Environment, Claim) {
    let environment = put(
        store,
        1,
        &topology("prod", &[("app", 2)]),
        Layer::Planned,
        0,
    )
    .await;
    let environment = environment.environment;
    let submitted = store.submit(operation(1, &environment)).await.unwrap();
    assert_eq!(submitted, Submitted::New(operation_id(1)));
    let claim = claim(store, 1).await;
    (environment, claim)
}

/// Claims the only open operation, as it is now.
pub async fn claim(store: &SqlStore, by: u128) -> Claim {
    let open = store.open_operations().await.unwrap();
    assert_eq!(open.len(), 1);
    store.claim(&open[0], executor(by)).await.unwrap().unwrap()
}

/// Ends a claimed operation.
pub async fn end(store: &SqlStore, claim: Claim, state: OperationState) {
    let write = JournalWrite {
        state: Some(state),
        ..JournalWrite::default()
    };
    store.record(claim, at(50), write).await.unwrap();
}
