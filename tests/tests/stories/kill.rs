//! The power goes: SIGKILL at each of the four moments of each call, making and taking down.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures::StreamExt;
use model::key::ResourceKind;
use tests::world::{MOMENTS, Setup, World, until_idle};
use tokio::process::Command;

use crate::template::{Queued, Template};
use crate::verdict;

/// How many stories run at once.
const AT_ONCE: usize = 3;

/// How long a server may take for what it has to do.
const PATIENCE: Duration = Duration::from_mins(2);

/// The server on a folder; it dies where it is told to.
pub fn server(folder: &Path, database: &str, lease_ms: u32, fate: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_story_server"));
    command
        .arg(folder)
        .arg(database)
        .arg(lease_ms.to_string())
        .arg(fate);
    command.env("RUST_LOG", "error");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.kill_on_drop(true);
    command
}

/// Starts a server and ends it once nothing is open any more.
pub async fn serve_until_idle(mut server: Command, world: &World, story: &str) {
    let mut child = server.spawn().unwrap();
    tokio::select! {
        () = until_idle(&*world.store) => {}
        ended = child.wait() => panic!("{story}: the server ended by itself: {ended:?}"),
        () = tokio::time::sleep(PATIENCE) => panic!("{story}: it is never done"),
    }
    child.kill().await.unwrap();
}

async fn killed_and_started_again(template: &Template, queued: Queued, fate: &str) {
    let folder = template.copy();
    let mut first = server(folder.path(), "-", 15_000, fate).spawn().unwrap();
    let died = tokio::time::timeout(PATIENCE, first.wait()).await;
    let died = died
        .unwrap_or_else(|_| panic!("{fate}: it never came there"))
        .unwrap();
    assert_eq!(died.signal(), Some(9), "{fate}: it was not killed: {died}");
    let world = World::open(Setup::quick(folder.path())).await;
    serve_until_idle(server(folder.path(), "-", 15_000, "-"), &world, fate).await;
    template.verdict(&world, queued, fate).await;
    let calls = world.cloud.calls_after(template.calls).await.unwrap();
    assert_eq!(
        verdict::effects(&calls),
        verdict::foretold(&template.plan),
        "{fate}: what was done is not what was foretold"
    );
}

async fn at_each_moment_of_each_call(
    queued: Queued,
    template: Template,
    of: impl Fn(ResourceKind) -> bool,
) {
    let fates: Vec<String> = template
        .plan
        .steps
        .iter()
        .filter(|step| of(step.key.kind))
        .flat_map(|step| MOMENTS.map(|(_, word)| format!("kill:{word}:{}", step.key)))
        .collect();
    let points = fates.len();
    futures::stream::iter(&fates)
        .map(|fate| killed_and_started_again(&template, queued, fate))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;
    println!(
        "{queued:?}: killed at {points} points (4 moments each of calls of {} steps), each time complete or gone afterwards, nothing made twice, nothing left behind",
        template.plan.steps.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_making_a_copy() {
    let template = Template::make(Queued::Create).await;
    at_each_moment_of_each_call(Queued::Create, template, |_| true).await;
}

/// What a copy without data has none of.
fn with_data(kind: ResourceKind) -> bool {
    matches!(
        kind,
        ResourceKind::VolumeSnapshot
            | ResourceKind::Volume
            | ResourceKind::Image
            | ResourceKind::Instance
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_making_a_copy_with_data() {
    let template = Template::with_data(Queued::Create).await;
    at_each_moment_of_each_call(Queued::Create, template, with_data).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_taking_a_copy_with_data_down() {
    let template = Template::with_data(Queued::Destroy).await;
    at_each_moment_of_each_call(Queued::Destroy, template, with_data).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_taking_it_down() {
    let template = Template::make(Queued::Destroy).await;
    at_each_moment_of_each_call(Queued::Destroy, template, |_| true).await;
}
