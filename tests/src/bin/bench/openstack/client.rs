//! Understudy as one of the tools: an engine with the driver, alone in a process, so that its CPU
//! time can be told. It follows what happens as an open page does.

use std::path::Path;
use std::time::Duration;

use cloud::openstack::Options;
use engine::EngineError;
use model::id::OperationId;
use model::operation::{Happening, OperationState, StepState, Trouble};
use rustix::time::{ClockId, clock_gettime};
use tests::openstack::Understudy;
use tokio::sync::mpsc;

use super::copy::{Copy, NAME, Variant};
use super::tool::Act;
use super::worker::Line;

/// This process' CPU time so far.
pub fn busy() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap(),
        u32::try_from(time.tv_nsec).unwrap(),
    )
}

/// Arguments: the folder for its data, `clouds.yaml`, which copy, the cap on calls in flight.
pub async fn run(arguments: &[String]) {
    let [folder, clouds, variant, cap] = arguments else {
        panic!("FOLDER CLOUDS VARIANT CAP");
    };
    let cap = cap.parse().unwrap();
    let options = Options {
        calls_in_flight: cap,
        ..Options::default()
    };
    let config = engine::Config {
        calls_in_flight: cap,
        ..engine::Config::default()
    };
    let (folder, clouds) = (Path::new(folder), Path::new(clouds));
    let understudy = Understudy::open(folder, clouds, &options, config).await;
    Copy::of(Variant::of(variant)).import(&understudy).await;
    tokio::select! {
        () = understudy.engine.run() => {}
        () = serve(&understudy) => {}
    }
}

/// Does as it is told until nobody tells it anything any more.
async fn serve(understudy: &Understudy) {
    let mut asked = asked();
    while let Some(word) = asked.recv().await {
        let (began, before) = (std::time::Instant::now(), busy());
        // Where nobody listens any more there is nothing to go on for.
        let over = tokio::select! {
            error = carry_out(understudy, Act::of(&word)) => Line::Over {
                seconds: began.elapsed().as_secs_f64(),
                cpu: busy().saturating_sub(before).as_secs_f64(),
                error,
            },
            _ = asked.recv() => return,
        };
        say(&over);
    }
}

/// The lines that come in; it ends when they do.
fn asked() -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn say(line: &Line) {
    println!("{}", serde_json::to_string(line).unwrap());
}

/// Does it; what went wrong.
async fn carry_out(understudy: &Understudy, act: Act) -> Option<String> {
    let asked: Result<OperationId, EngineError> = match act {
        Act::Create => understudy.copy(NAME).await,
        Act::Remove => {
            // A copy that was refused or rolled back may never have been.
            let known = understudy
                .store
                .environment(&tests::world::name(NAME))
                .await;
            known.unwrap()?;
            Ok(understudy.take_down(NAME).await)
        }
    };
    let operation = match asked {
        Ok(operation) => operation,
        Err(refused) => return Some(format!("refused: {refused}")),
    };
    match follow(understudy, operation).await {
        OperationState::Done { .. } => None,
        OperationState::RolledBack { trouble, .. } => Some(told("rolled back", &trouble)),
        OperationState::Stopped { trouble, .. } => Some(told("stopped", &trouble)),
        other => Some(other.word().to_owned()),
    }
}

fn told(end: &str, trouble: &Trouble) -> String {
    format!("{end}: {} {}", trouble.what, trouble.why)
}

/// Waits until it is over, and passes on what a page would show meanwhile.
async fn follow(understudy: &Understudy, operation: OperationId) -> OperationState {
    let mut news = understudy.engine.watch();
    let mut last = 0;
    loop {
        for event in understudy.store.events(operation, last).await.unwrap() {
            last = event.number;
            let said = match event.what {
                Happening::Ended { state } => return state,
                Happening::Note { text } => text,
                Happening::RollingBack { trouble } => told("rolling back", &trouble),
                Happening::Step {
                    state: StepState::Failed { why },
                    key,
                    ..
                } => format!("{key}: {why}"),
                Happening::Step { .. } | Happening::Started { .. } => continue,
            };
            say(&Line::Said { said });
        }
        news.changed().await;
    }
}
