//! Builds the browser part into `$OUT_DIR/pkg`, where `src/assets.rs` embeds it.
//!
//! `SKIP_FRONT=1` leaves it out, so that `check` and `clippy` stay fast; the library then says
//! so (`assets::FRONT_BUILT`), and a server without its browser part must refuse to serve.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use bundler::{Mode, Options, progress::Progress};

/// What the browser part is made of.
const SOURCES: &[&str] = &[
    "app/src",
    "app/Cargo.toml",
    "model/src",
    "model/Cargo.toml",
    "plan/src",
    "plan/templates",
    "plan/Cargo.toml",
    "style",
    "Cargo.toml",
    "Cargo.lock",
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // One directive is one line.
            println!("cargo::error={}", why.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let root = here.parent().ok_or("server/ lies in no workspace")?;
    let out = PathBuf::from(variable("OUT_DIR")?).join("pkg");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    println!("cargo::rerun-if-env-changed=SKIP_FRONT");
    println!("cargo::rustc-check-cfg=cfg(front_built)");

    if env::var("SKIP_FRONT").is_ok_and(|value| !matches!(value.as_str(), "" | "0")) {
        return empty(&out);
    }
    let mode = if variable("PROFILE")? == "release" {
        Mode::Release
    } else {
        Mode::Development
    };
    let options = Options {
        root: root.to_path_buf(),
        target_dir: root.join("target/front"),
        out,
        mode,
    };
    bundler::build(&options, &Progress::of_cargo()).map_err(|error| error.to_string())?;
    println!("cargo::rustc-cfg=front_built");
    Ok(())
}

/// The folder must exist, or embedding it does not compile.
fn empty(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|error| format!("cannot empty {}: {error}", folder.display()))?;
    }
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot create {}: {error}", folder.display()))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}, which Cargo sets, is not usable: {error}"))
}
