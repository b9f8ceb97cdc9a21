//! Makes sure that the compiler can produce WebAssembly.
//!
//! `rust-toolchain.toml` names the target, and rustup usually installs it by itself; where it is
//! told not to (`RUSTUP_AUTO_INSTALL=0`), this asks for it. Installs nothing else.

use std::{env, ffi::OsString, path::PathBuf, process::Command};

use crate::{Error, progress::Progress};

/// The one target of the browser part.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Installs the target if it is missing, or says what to type.
pub(crate) fn ensure(progress: &Progress) -> Result<(), Error> {
    if installed()? {
        return Ok(());
    }
    progress.say(&format!("installing the Rust target {TARGET}"));
    let missing = |why: String| Error::TargetMissing {
        target: TARGET,
        why,
        command: format!("rustup target add {TARGET}"),
    };
    let output = Command::new("rustup")
        .args(["target", "add", TARGET])
        .output()
        .map_err(|error| missing(format!("rustup could not be started ({error})")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(missing(format!(
            "rustup could not add it ({})",
            said.trim()
        )));
    }
    if installed()? {
        Ok(())
    } else {
        Err(missing(
            "rustup added it, but to another toolchain than the one at work".into(),
        ))
    }
}

/// The compiler that Cargo uses for this build.
fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn installed() -> Result<bool, Error> {
    let rustc = rustc();
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(|source| Error::Start {
            program: rustc.display().to_string(),
            source,
        })?;
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    Ok(output.status.success() && folder.is_dir())
}
