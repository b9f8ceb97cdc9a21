//! A session with the real program in a real browser: an installation of its own, signed in. It knows nothing of
//! what is looked at.

use std::path::Path;

use chromiumoxide::Page;
use tests::browser::{Complaints, TestBrowser, go, until, without_javascript};
use tests::program::Server;

/// Whether pages may run scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// A session.
pub struct Session {
    pub server: Server,
    pub browser: TestBrowser,
    pub page: Page,
    pub complaints: Complaints,
    /// What addresses begin with.
    pub base: String,
    pub folder: tempfile::TempDir,
}

impl Session {
    /// Begins with the printed link, at the dashboard.
    pub async fn begin(scripts: Scripts) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_understudy_under_test"));
        let server = Server::start(program, folder.path()).await;
        let base = format!("http://{}", server.address);
        let browser = TestBrowser::launch().await;
        let page = browser.blank().await;
        if scripts == Scripts::Off {
            without_javascript(&page).await;
        }
        let complaints = Complaints::of(&page).await;
        go(&page, &server.link).await;
        until(&page, "location.pathname === '/'").await;
        Self {
            server,
            browser,
            page,
            complaints,
            base,
            folder,
        }
    }

    /// Ends where the browser had nothing to complain of.
    pub async fn end(self) {
        assert_eq!(self.complaints.seen(), Vec::<String>::new());
        self.close().await;
    }

    /// Ends whatever the browser said.
    pub async fn close(self) {
        self.browser.close().await;
        self.server.kill().await;
    }
}
