//! Compiles `app` for the browser by a Cargo of its own, and runs wasm-bindgen on the outcome.
//!
//! The server and the browser need different features of the same crates (`ssr`, `hydrate`), so
//! they can't share one Cargo call. The nested call must see neither the settings of the build
//! script that made it nor the outer target folder, whose lock the outer Cargo holds.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wasm_bindgen_cli_support::Bindgen;

use crate::{Error, Mode, Options, progress::Progress, target::TARGET};

/// How often a long compilation says that it is alive.
const REPORT_EVERY: Duration = Duration::from_secs(15);

/// Cargo variables that are a person's settings, or the outer Cargo's limit on parallel jobs,
/// rather than a description of the build script.
const KEPT: &[&str] = &[
    "CARGO_HOME",
    "CARGO_MAKEFLAGS",
    "CARGO_NET_OFFLINE",
    "CARGO_TERM_COLOR",
    "CARGO_BUILD_JOBS",
];

/// Variables besides `CARGO_…` that describe the outer build.
const DROPPED: &[&str] = &[
    "DEBUG",
    "HOST",
    "LLVM_PROFILE_FILE",
    "NUM_JOBS",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUSTC",
    "RUSTC_LINKER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "TARGET",
];

/// Builds the module and returns where it is.
pub(crate) fn compile(options: &Options, progress: &Progress) -> Result<PathBuf, Error> {
    let profile = match options.mode {
        Mode::Development => "wasm-dev",
        Mode::Release => "wasm-release",
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command
        .current_dir(&options.root)
        .args([
            "rustc",
            "--package",
            "app",
            "--lib",
            "--crate-type",
            "cdylib",
        ])
        .args([
            "--target",
            TARGET,
            "--features",
            "hydrate",
            "--profile",
            profile,
        ])
        .arg("--target-dir")
        .arg(&options.target_dir)
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    for (name, _) in env::vars_os() {
        if !is_inherited(&name) {
            command.env_remove(name);
        }
    }
    // Set, though empty: or flags from a person's own Cargo configuration, meant for this machine
    // (a linker, usually), would reach the compilation for the browser.
    command.env("CARGO_ENCODED_RUSTFLAGS", "");
    let wasm = options
        .target_dir
        .join(TARGET)
        .join(profile)
        .join("app.wasm");
    progress.say(match (options.mode, wasm.exists()) {
        (Mode::Development, true) => "compiling",
        (Mode::Development, false) => "compiling; this once it takes minutes",
        (Mode::Release, _) => "compiling for release; this takes minutes",
    });
    let by_hand = format!(
        "cargo check --package app --target {TARGET} --features hydrate --target-dir target/front"
    );
    let mut child = command.spawn().map_err(|source| Error::Start {
        program: cargo.display().to_string(),
        source,
    })?;
    if let Some(stderr) = child.stderr.take() {
        relay(BufReader::new(stderr), progress);
    }
    let status = child.wait().map_err(|source| Error::Start {
        program: cargo.display().to_string(),
        source,
    })?;
    if !status.success() {
        return Err(Error::Compile { command: by_hand });
    }
    Ok(wasm)
}

/// Whether the nested Cargo may see a variable of this environment.
fn is_inherited(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return true;
    };
    if name.starts_with("CARGO") {
        return KEPT.contains(&name);
    }
    !DROPPED.contains(&name)
}

/// Passes Cargo's messages on (the outer Cargo shows them if the build fails), and now and then
/// says how far it is.
fn relay(messages: impl BufRead, progress: &Progress) {
    let mut compiled = 0_usize;
    let mut reported = Instant::now();
    // Bytes that are no UTF-8 end a line, not the build.
    for line in messages.split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        eprintln!("{line}");
        let Some(name) = line.trim_start().strip_prefix("Compiling ") else {
            continue;
        };
        compiled += 1;
        if reported.elapsed() >= REPORT_EVERY {
            reported = Instant::now();
            let name = name.split_whitespace().next().unwrap_or(name);
            progress.say(&format!("compiling crate {compiled}: {name}"));
        }
    }
}

/// Writes `app.js` and `app_bg.wasm`.
pub(crate) fn bind(wasm: &PathBuf, options: &Options) -> Result<(), Error> {
    let release = options.mode == Mode::Release;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name("app")
        .typescript(false)
        .keep_debug(!release)
        .remove_name_section(release)
        .remove_producers_section(release);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(&options.out))
        .map_err(|error| Error::Bindgen {
            path: wasm.display().to_string(),
            why: format!("{error:#}"),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inherited(name: &str) -> bool {
        is_inherited(OsStr::new(name))
    }

    #[test]
    fn the_outer_build_stays_outside() {
        for name in [
            "CARGO_FEATURE_SSR",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_TARGET_DIR",
            "CARGO",
        ] {
            assert!(!inherited(name), "{name} would leak into the nested build");
        }
        for name in ["RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER", "TARGET", "OUT_DIR"] {
            assert!(!inherited(name), "{name} would leak into the nested build");
        }
    }

    #[test]
    fn a_persons_settings_get_through() {
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "RUSTUP_TOOLCHAIN",
        ] {
            assert!(inherited(name), "{name} is needed");
        }
    }
}
