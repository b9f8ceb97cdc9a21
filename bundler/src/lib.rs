//! Builds the browser part of Understudy: `app` compiled to WebAssembly, its JavaScript glue, and
//! the style sheets, as a folder of files that the server embeds.
//!
//! It runs inside `server/build.rs`, so that `cargo build` is the whole build: no tool beside
//! Cargo and no download of its own. It must never write outside `Options::out` and
//! `Options::target_dir`, and never share a target folder with the Cargo that called it: the two
//! would wait for each other for ever.

mod compress;
mod front;
pub mod progress;
mod style;
mod target;

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

use progress::Progress;

/// How the browser part is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Quick to build, with names for the debugger, not compressed.
    Development,
    /// Small: optimised for size, minified, compressed beforehand.
    Release,
}

/// Where things are, and how to build.
#[derive(Debug, Clone)]
pub struct Options {
    /// The workspace's folder, holding `app/` and `style/`.
    pub root: PathBuf,
    /// The nested Cargo's own target folder.
    pub target_dir: PathBuf,
    /// Receives the finished files. Its previous content is removed.
    pub out: PathBuf,
    /// Development or release.
    pub mode: Mode,
}

/// Why the browser part could not be built; each says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The compiler cannot make WebAssembly here, and rustup could not mend that.
    #[error("the Rust target {target} is missing: {why}. Type this, then build again: {command}")]
    TargetMissing {
        /// The target's name.
        target: &'static str,
        /// Why it was not installed by itself.
        why: String,
        /// What to type.
        command: String,
    },
    /// A program that belongs to Rust could not be started.
    #[error("cannot start {program}: {source}. Is Rust installed by rustup and on the PATH?")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// `app` does not compile for the browser.
    #[error(
        "the browser part does not compile; the compiler's messages stand under `stderr`. \
         Try it alone with: {command}"
    )]
    Compile {
        /// The command that failed, to be typed by hand.
        command: String,
    },
    /// wasm-bindgen refused the module.
    #[error("wasm-bindgen cannot process {path}: {why}")]
    Bindgen {
        /// The module.
        path: String,
        /// Its explanation.
        why: String,
    },
    /// A style sheet is wrong.
    #[error("{place}: {why}; mend the style sheet there")]
    Style {
        /// File, line and column.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// A file could not be read or written.
    #[error("cannot {act} {path}: {source}")]
    File {
        /// What was tried: read, write, remove, …
        act: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    fn file(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::File { act, path, source }
    }
}

/// Builds everything into `options.out`: `app.js`, `app_bg.wasm`, `app.css`, and in release a
/// `.br` and a `.gz` beside each file that gets smaller by it.
pub fn build(options: &Options, progress: &Progress) -> Result<(), Error> {
    let begun = Instant::now();
    target::ensure(progress)?;
    let wasm = front::compile(options, progress)?;

    if options.out.exists() {
        fs::remove_dir_all(&options.out).map_err(Error::file("remove", &options.out))?;
    }
    fs::create_dir_all(&options.out).map_err(Error::file("create", &options.out))?;
    front::bind(&wasm, options)?;
    style::bundle(
        &options.root.join("style/main.css"),
        &options.out.join("app.css"),
        options.mode,
    )?;
    if options.mode == Mode::Release {
        progress.say("compressing");
        compress::folder(&options.out)?;
    }
    progress.say(&format!(
        "ready after {} s: {}",
        begun.elapsed().as_secs(),
        sizes(&options.out)?
    ));
    Ok(())
}

/// "`app.css` 12 kB, `app.js` 30 kB, …", compressed variants included.
fn sizes(folder: &Path) -> Result<String, Error> {
    let mut list = compress::files(folder)?;
    list.sort();
    let mut parts = Vec::new();
    for path in list {
        let bytes = fs::metadata(&path)
            .map_err(Error::file("read", &path))?
            .len();
        let name = path.strip_prefix(folder).unwrap_or(&path);
        parts.push(format!("{} {} kB", name.display(), bytes.div_ceil(1000)));
    }
    Ok(parts.join(", "))
}
