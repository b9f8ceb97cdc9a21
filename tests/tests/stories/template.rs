//! A world that many stories begin from, made once and copied. The databases are written out anew
//! by SQLite itself first, so that no process has a file open that is copied.

use std::path::Path;

use model::id::{CloudId, OperationId};
use model::operation::{OperationState, Phase};
use plan::Plan;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use tests::world::{Setup, World};

use crate::verdict;

/// A world with an operation queued, and what belongs to others in its cloud.
pub struct Template {
    pub folder: TempDir,
    pub foreign: Vec<CloudId>,
    pub operation: OperationId,
    pub plan: Plan,
    /// How many calls the cloud had seen by then.
    pub calls: u64,
}

/// Which operation is queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// A copy is to be made.
    Create,
    /// A copy that is there is to be taken down.
    Destroy,
}

impl Template {
    /// Makes the world.
    pub async fn make(queued: Queued) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::with_webplatform(Setup::quick(folder.path())).await;
        let foreign = verdict::put_foreign(&world).await;
        let operation = world.copy("copy-1").await;
        Self::begin(folder, world, foreign, operation, queued).await
    }

    /// Makes a world in which the copy takes data along. What they are taken from is not the
    /// copy's, and must stay as it is.
    pub async fn with_data(queued: Queued) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::with_shop(Setup::quick(folder.path())).await;
        let mut foreign = verdict::put_foreign(&world).await;
        foreign.extend(verdict::everything(&world).await.into_keys());
        let operation = world.queued(World::shop_copy("copy-1")).await;
        Self::begin(folder, world, foreign, operation, queued).await
    }

    async fn begin(
        folder: TempDir,
        world: World,
        foreign: Vec<CloudId>,
        mut operation: OperationId,
        queued: Queued,
    ) -> Self {
        if queued == Queued::Destroy {
            world.work_until_idle().await;
            let state = world.operation(operation).await.state;
            assert!(matches!(state, OperationState::Done { .. }), "{state:?}");
            operation = world.take_down("copy-1").await;
        }
        let plan = world
            .store
            .plan(operation, Phase::Forward)
            .await
            .unwrap()
            .unwrap();
        let calls = world
            .cloud
            .calls()
            .await
            .unwrap()
            .last()
            .map_or(0, |call| call.number);
        drop(world);
        Self {
            folder: written_out(folder.path()).await,
            foreign,
            operation,
            plan,
            calls,
        }
    }

    /// A copy of it, in a folder of its own.
    pub fn copy(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        copy_files(self.folder.path(), folder.path());
        folder
    }

    /// Asserts that the story ended as it should: complete or gone, everything made once.
    pub async fn verdict(&self, world: &World, queued: Queued, story: &str) {
        let state = world.operation(self.operation).await.state;
        assert!(
            matches!(state, OperationState::Done { .. }),
            "{story}: {state:?}\n{}",
            world.log(self.operation).await
        );
        match queued {
            Queued::Create => verdict::complete(world, &self.foreign, &self.plan, story).await,
            Queued::Destroy => verdict::only_foreign(world, &self.foreign, story).await,
        }
    }
}

/// What a folder holds, with each database as one file that nobody has open.
async fn written_out(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let from = entry.unwrap().path();
        let to = copy.path().join(from.file_name().unwrap());
        let name = from.to_string_lossy();
        if name.ends_with(".db") {
            let options = SqliteConnectOptions::new().filename(&from);
            let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
            sqlx::query("VACUUM INTO $1")
                .bind(to.to_string_lossy().into_owned())
                .execute(&mut connection)
                .await
                .unwrap();
            connection.close().await.unwrap();
        } else if !name.ends_with(".db-wal") && !name.ends_with(".db-shm") {
            std::fs::copy(&from, &to).unwrap();
        }
    }
    copy
}

fn copy_files(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
