//! A real browser for the tests: Chromium, driven over its own protocol, with a fresh profile.
//!
//! Pages are waited for by what they show, never by time. Needs Chromium, which
//! `cargo xtask test` installs, and reaches 127.0.0.1 only.

use std::{
    env,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chromiumoxide::{
    Browser, BrowserConfig, Element, Page,
    cdp::{
        browser_protocol::{
            dom::{FocusParams, ScrollIntoViewIfNeededParams, SetFileInputFilesParams},
            emulation::{
                MediaFeature, SetDeviceMetricsOverrideParams, SetScriptExecutionDisabledParams,
            },
            input::{DispatchKeyEventParams, DispatchKeyEventType, InsertTextParams},
            log::{EventEntryAdded, LogEntryLevel},
        },
        js_protocol::runtime::EventExceptionThrown,
    },
    error::CdpError,
    keys::get_key_definition,
    page::ScreenshotParams,
};
use futures::StreamExt;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// How long a page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Programs that are Chromium, in the order of preference.
const PROGRAMS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// Chromium beyond chromiumoxide's own arguments: nothing that reaches out by itself.
const ARGUMENTS: &[&str] = &[
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
];

/// The colour scheme that a page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// `prefers-color-scheme: light`.
    Light,
    /// `prefers-color-scheme: dark`.
    Dark,
}

/// A running Chromium; it ends with [`TestBrowser::close`], at the latest when dropped.
#[derive(Debug)]
pub struct TestBrowser {
    browser: Browser,
    pump: JoinHandle<()>,
    profile: TempDir,
}

impl TestBrowser {
    /// Starts Chromium without a window.
    ///
    /// # Panics
    /// If Chromium is missing or does not start; the message says why.
    pub async fn launch() -> Self {
        let program = program().unwrap_or_else(|| {
            panic!(
                "Chromium was not found; `cargo xtask test` installs it, or set CHROMIUM to the \
                 program's path"
            )
        });
        let profile = tempfile::tempdir()
            .unwrap_or_else(|error| panic!("no folder for the browser's profile: {error}"));
        let config = BrowserConfig::builder()
            .chrome_executable(program)
            // Chromium refuses its sandbox to root; it sees our own pages only.
            .no_sandbox()
            .user_data_dir(profile.path())
            .launch_timeout(PATIENCE)
            .viewport(None)
            .window_size(1280, 900)
            .args(ARGUMENTS.iter().copied())
            .build()
            .unwrap_or_else(|why| panic!("Chromium's configuration: {why}"));
        let (browser, mut events) = Browser::launch(config)
            .await
            .unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        let pump = tokio::spawn(async move { while events.next().await.is_some() {} });
        Self {
            browser,
            pump,
            profile,
        }
    }

    /// Opens a page in a new tab and waits until it is loaded.
    ///
    /// # Panics
    /// If the page can't be opened.
    pub async fn open(&self, url: &str) -> Page {
        let page = self.blank().await;
        go(&page, url).await;
        page
    }

    /// An empty tab, to be prepared before it goes anywhere.
    ///
    /// # Panics
    /// If Chromium gives none.
    pub async fn blank(&self) -> Page {
        self.browser
            .new_page("about:blank")
            .await
            .unwrap_or_else(|error| panic!("no new tab: {error}"))
    }

    /// Ends Chromium and removes its profile.
    ///
    /// # Panics
    /// If Chromium does not answer any more.
    pub async fn close(mut self) {
        if let Err(error) = self.browser.close().await {
            panic!("Chromium does not close: {error}");
        }
        let _ended = self.browser.wait().await;
        self.pump.abort();
        // Its last helper processes may still be writing there.
        let _left = self.profile.close();
    }
}

/// Goes to an address and waits until the page is loaded.
///
/// # Panics
/// If the page does not load.
pub async fn go(page: &Page, url: &str) {
    if let Err(error) = page.goto(url).await {
        panic!("{url} does not load: {error}");
    }
}

/// Waits until an expression is true in the page.
///
/// # Panics
/// If it is not true in time; the message shows the page's address and text.
pub async fn until(page: &Page, expression: &str) {
    let begun = Instant::now();
    while !holds(page, expression).await {
        if begun.elapsed() > PATIENCE {
            let address = page.url().await.ok().flatten().unwrap_or_default();
            let text = text(page).await;
            panic!("never true on {address}: {expression}\nThe page says:\n{text}");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until every island of the page is alive.
///
/// # Panics
/// As [`until`].
pub async fn until_hydrated(page: &Page) {
    until(page, "window.__hydrated === true").await;
}

/// Whether an expression is true now. A page that is just being replaced has no answer: false.
pub async fn holds(page: &Page, expression: &str) -> bool {
    match page.evaluate(expression).await {
        Ok(value) => value.into_value::<bool>().unwrap_or(false),
        Err(_) => false,
    }
}

/// The text that a reader sees, or nothing if the page is just being replaced.
pub async fn text(page: &Page) -> String {
    match page
        .evaluate("document.body ? document.body.innerText : ''")
        .await
    {
        Ok(value) => value.into_value::<String>().unwrap_or_default(),
        Err(_) => String::new(),
    }
}

/// Waits for an element that a CSS selector finds and that can be clicked, and clicks on it, with
/// scripts on or off (chromiumoxide's own click waits for a script for ever).
///
/// # Panics
/// If there is none in time.
pub async fn click(page: &Page, selector: &str) {
    let attempt = async || {
        let element = page.find_element(selector).await?;
        page.execute(into_view(&element)).await?;
        page.click(element.clickable_point().await?).await?;
        Ok(())
    };
    patiently(selector, attempt).await;
}

/// Waits for a field that a CSS selector finds, and replaces its text.
///
/// # Panics
/// If there is none in time, or it takes no text.
pub async fn fill(page: &Page, selector: &str, value: &str) {
    let attempt = async || {
        let element = page.find_element(selector).await?;
        page.execute(into_view(&element)).await?;
        page.execute(focus(&element)).await?;
        page.evaluate("document.activeElement.select?.()").await?;
        page.execute(InsertTextParams::new(value)).await?;
        Ok(())
    };
    patiently(selector, attempt).await;
}

/// Waits for a field that a CSS selector finds, and chooses a file in it.
///
/// # Panics
/// If there is none in time, or it takes no file.
pub async fn choose_file(page: &Page, selector: &str, file: &Path) {
    let attempt = async || {
        let element = page.find_element(selector).await?;
        let chosen = SetFileInputFilesParams::builder()
            .file(file.to_string_lossy())
            .backend_node_id(element.backend_node_id)
            .build()
            .map_err(CdpError::msg)?;
        page.execute(chosen).await?;
        Ok(())
    };
    patiently(selector, attempt).await;
}

/// Types a text where the cursor is, as an input method does.
///
/// # Panics
/// If Chromium refuses.
pub async fn type_in(page: &Page, text: &str) {
    if let Err(error) = page.execute(InsertTextParams::new(text)).await {
        panic!("{text} can't be typed: {error}");
    }
}

/// Presses a key and lets it go: `Tab`, `Enter`, `ArrowDown`.
///
/// # Panics
/// If there is no such key, or Chromium refuses.
pub async fn press(page: &Page, key: &str) {
    let Some(definition) = get_key_definition(key) else {
        panic!("there is no key {key}");
    };
    let event = |kind| {
        let mut event = DispatchKeyEventParams::builder()
            .r#type(kind)
            .key(definition.key)
            .code(definition.code)
            .windows_virtual_key_code(definition.key_code)
            .native_virtual_key_code(definition.key_code);
        if let Some(text) = definition.text {
            event = event.text(text);
        }
        event.build()
    };
    // A key that writes something comes with its text.
    let down = if definition.text.is_some() {
        DispatchKeyEventType::KeyDown
    } else {
        DispatchKeyEventType::RawKeyDown
    };
    for kind in [down, DispatchKeyEventType::KeyUp] {
        let pressed = match event(kind) {
            Ok(event) => page.execute(event).await.map_err(|error| error.to_string()),
            Err(why) => panic!("the key {key}: {why}"),
        };
        if let Err(why) = pressed {
            panic!("the key {key} can't be pressed: {why}");
        }
    }
}

fn into_view(element: &Element) -> ScrollIntoViewIfNeededParams {
    ScrollIntoViewIfNeededParams::builder()
        .backend_node_id(element.backend_node_id)
        .build()
}

fn focus(element: &Element) -> FocusParams {
    FocusParams::builder()
        .backend_node_id(element.backend_node_id)
        .build()
}

/// Repeats what fails only because the page is not ready for it.
async fn patiently(selector: &str, attempt: impl AsyncFn() -> Result<(), CdpError>) {
    let begun = Instant::now();
    while let Err(error) = attempt().await {
        assert!(
            begun.elapsed() < PATIENCE,
            "{selector} can't be used: {error}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Turns the page's scripts off, from its next address on.
///
/// # Panics
/// If Chromium refuses.
pub async fn without_javascript(page: &Page) {
    if let Err(error) = page
        .execute(SetScriptExecutionDisabledParams::new(true))
        .await
    {
        panic!("scripts can't be turned off: {error}");
    }
}

/// Asks for a light or dark page.
///
/// # Panics
/// If Chromium refuses.
pub async fn look(page: &Page, look: Look) {
    let value = match look {
        Look::Light => "light",
        Look::Dark => "dark",
    };
    let feature = MediaFeature::new("prefers-color-scheme", value);
    if let Err(error) = page.emulate_media_features(vec![feature]).await {
        panic!("the colour scheme can't be set: {error}");
    }
}

/// Sets the visible size, in CSS pixels.
///
/// # Panics
/// If Chromium refuses.
pub async fn viewport(page: &Page, width: u32, height: u32) {
    let size = SetDeviceMetricsOverrideParams::new(width, height, 1.0, false);
    if let Err(error) = page.execute(size).await {
        panic!("the visible size can't be set: {error}");
    }
}

/// Saves a picture of the whole page as `target/screenshots/NAME.png` and returns its path.
///
/// # Panics
/// If the picture can't be taken or saved.
pub async fn screenshot(page: &Page, name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("../target"), PathBuf::from)
        .join("screenshots");
    let path = folder.join(format!("{name}.png"));
    if let Err(error) = std::fs::create_dir_all(&folder) {
        panic!("cannot create {}: {error}", folder.display());
    }
    let whole = ScreenshotParams::builder().full_page(true).build();
    if let Err(error) = page.save_screenshot(whole, &path).await {
        panic!("no picture at {}: {error}", path.display());
    }
    path
}

/// What a page complained about since [`Complaints::of`]: exceptions nobody caught, and errors in
/// the browser's log, such as a file that was not found or a policy that was broken.
#[derive(Debug, Clone, Default)]
pub struct Complaints {
    seen: Arc<Mutex<Vec<String>>>,
}

impl Complaints {
    /// Begins to listen.
    ///
    /// # Panics
    /// If Chromium refuses.
    pub async fn of(page: &Page) -> Self {
        let complaints = Self::default();
        let refused = |error| panic!("the page's complaints can't be listened to: {error}");
        if let Err(error) = page.enable_log().await {
            refused(error);
        }
        let exceptions = page.event_listener::<EventExceptionThrown>().await;
        let entries = page.event_listener::<EventEntryAdded>().await;
        match (exceptions, entries) {
            (Ok(mut exceptions), Ok(mut entries)) => {
                let one = complaints.clone();
                tokio::spawn(async move {
                    while let Some(event) = exceptions.next().await {
                        let details = &event.exception_details;
                        let what = details
                            .exception
                            .as_ref()
                            .and_then(|e| e.description.clone());
                        one.add(what.unwrap_or_else(|| details.text.clone()));
                    }
                });
                let other = complaints.clone();
                tokio::spawn(async move {
                    while let Some(event) = entries.next().await {
                        if event.entry.level == LogEntryLevel::Error {
                            let address = event.entry.url.as_deref().unwrap_or_default();
                            other.add(format!("{} {address}", event.entry.text));
                        }
                    }
                });
            }
            (Err(error), _) | (_, Err(error)) => refused(error),
        }
        complaints
    }

    /// All so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn add(&self, complaint: String) {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(complaint);
    }
}

/// `CHROMIUM`, or the first known program on the `PATH`.
fn program() -> Option<PathBuf> {
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let known = PROGRAMS
        .iter()
        .flat_map(|name| folders.iter().map(move |f| f.join(name)));
    named.into_iter().chain(known).find(|path| path.is_file())
}

/// An expression: how many instances of the page's lists are in this state, in the word of their
/// badge.
pub fn in_state(word: &str) -> String {
    format!(
        "[...document.querySelectorAll('td .badge')]\
         .filter(badge => badge.innerText.trim().split(/\\s+/).pop() === '{word}').length"
    )
}
