//! A cell of Nova's whose database is away: what operators meet when a part of a large cloud is down.
//! Its servers are there, and Nova knows no more of them than their ids.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::{Lab, LabProject, keeper};

/// The cell, with the servers of one project in it.
pub struct DownCell<'a> {
    lab: &'a Lab,
    project: String,
}

impl<'a> DownCell<'a> {
    pub(super) async fn begin(lab: &'a Lab, project: &LabProject) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let database = tokio::spawn(pass_on(listener, lab.base));
        lab.script(&["cell", "add", &port.to_string()]).await;
        lab.script(&["cell", "take", &project.id]).await;
        // From here on its database can't be reached.
        gone(database).await;
        Self {
            lab,
            project: project.id.clone(),
        }
    }

    /// The servers are in a cell again that can be reached.
    pub fn end(self) {
        drop(self);
    }
}

/// However a test ends, the next one has a whole lab.
impl Drop for DownCell<'_> {
    fn drop(&mut self) {
        let Self { lab, project } = self;
        for words in [&["cell", "give", project][..], &["cell", "drop"]] {
            let status = std::process::Command::new(keeper::script())
                .args(words)
                .env("UNDERSTUDY_LAB_DIR", lab.folder.parent().unwrap())
                .status();
            assert!(
                status.is_ok_and(|status| status.success()) || std::thread::panicking(),
                "the lab did not {}",
                words.join(" ")
            );
        }
    }
}

/// Passes connections on to the lab's database.
async fn pass_on(listener: TcpListener, database: u16) {
    // They end with this task.
    let mut lines = JoinSet::new();
    loop {
        let (mut one, _) = listener.accept().await.unwrap();
        lines.spawn(async move {
            let mut other = TcpStream::connect(("127.0.0.1", database)).await.unwrap();
            // Whoever hangs up first, the other one notices.
            let _ended = copy_bidirectional(&mut one, &mut other).await;
        });
    }
}

async fn gone(task: JoinHandle<()>) {
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
}
