//! What the tests need of the machine: Chromium, PostgreSQL, what the OpenStack lab stands on, monitors,
//! the WebAssembly target.
//!
//! Missing packages are installed by apt where that is possible without a password; otherwise
//! the exact line is printed. Nothing is ever skipped because something is missing.

use std::{env, fs, path::PathBuf, process::Command};

use super::{Extent, monitors};
use crate::{
    lab,
    shell::{self, Failure, on_path, program, succeeds},
};

const TARGET: &str = "wasm32-unknown-unknown";
const CHROMIUM: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const POSTGRES: &[&str] = &["initdb", "pg_ctl", "postgres"];

/// Tells the tests on the real OpenStack to try more, and what takes long or may end in several ways.
const FULL_VARIABLE: &str = "UNDERSTUDY_TESTS_FULL";

/// Where the tests find what they need.
#[derive(Debug)]
pub(super) struct Machine {
    chromium: PathBuf,
    postgres: PathBuf,
    monitors: PathBuf,
    /// How much is tested.
    extent: Extent,
    /// Which program runs the tests.
    pub(super) runner: Runner,
}

/// What runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runner {
    /// cargo-nextest: each test in a process of its own.
    Nextest,
    /// Cargo itself, where nextest is not installed.
    Cargo,
}

impl Machine {
    /// Tells a test run where things are, and that it must not write snapshots.
    pub(super) fn describe(&self, command: &mut Command) {
        let Self {
            chromium,
            postgres,
            monitors,
            extent,
            runner: _,
        } = self;
        command
            .env("CHROMIUM", chromium)
            .env("POSTGRES_BIN", postgres)
            .env("UNDERSTUDY_MONITORS", monitors)
            .env("INSTA_UPDATE", "no");
        if *extent == Extent::Full {
            command.env(FULL_VARIABLE, "1");
        }
    }
}

/// Installs what is missing, or says what to type.
pub(super) fn prepare(extent: Extent) -> Result<Machine, Failure> {
    if !has_target()? {
        shell::run(program("rustup", &["target", "add", TARGET]))?;
    }
    let mut packages = Vec::new();
    if chromium().is_none() {
        // Without any font pages have no letters.
        packages.extend(["chromium", "fonts-liberation"]);
    }
    if postgres().is_none() {
        packages.push("postgresql");
    }
    let lab = lab::missing()?;
    packages.extend(lab.iter().map(String::as_str));
    if !packages.is_empty() {
        install(&packages)?;
    }
    lab_can_start()?;
    let missing = |what: &str, variable: &str| {
        Failure::new(format!(
            "{what} is still not found after installing it; set {variable} to where it is"
        ))
    };
    let machine = Machine {
        chromium: chromium().ok_or_else(|| missing("Chromium", "CHROMIUM"))?,
        postgres: postgres().ok_or_else(|| missing("PostgreSQL's server", "POSTGRES_BIN"))?,
        monitors: monitors::prepare(update_lists)?,
        extent,
        runner: runner(),
    };
    println!("Chromium: {}", machine.chromium.display());
    println!("PostgreSQL: {}", machine.postgres.display());
    println!(
        "tests run by: {}",
        match machine.runner {
            Runner::Nextest => "cargo nextest",
            Runner::Cargo => "cargo test (cargo-nextest, which is not installed, would be faster)",
        }
    );
    Ok(machine)
}

/// Installs only what the OpenStack lab stands on.
pub(crate) fn prepare_lab() -> Result<(), Failure> {
    let missing = lab::missing()?;
    if !missing.is_empty() {
        install(&missing.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    lab_can_start()
}

fn lab_can_start() -> Result<(), Failure> {
    let missing = lab::missing()?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} is still not found after installing it; the OpenStack lab needs Python 3.11 to 3.13 \
         with venv and pip (LAB_PYTHON names it), and MariaDB's server and client on the PATH",
        missing.join(", ")
    )))
}

fn runner() -> Runner {
    if succeeds("cargo", &["nextest", "--version"]) {
        Runner::Nextest
    } else {
        Runner::Cargo
    }
}

fn has_target() -> Result<bool, Failure> {
    let folder = shell::output(program(
        "rustc",
        &["--print", "target-libdir", "--target", TARGET],
    ))?;
    Ok(PathBuf::from(folder.trim()).is_dir())
}

/// `CHROMIUM`, or a known program on the `PATH`.
fn chromium() -> Option<PathBuf> {
    let named = env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .filter(|path| path.is_file());
    named.or_else(|| on_path(CHROMIUM))
}

/// The folder of PostgreSQL's programs: `POSTGRES_BIN`, Debian's newest, or one on the `PATH`.
fn postgres() -> Option<PathBuf> {
    let mut debian: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    debian.sort_by(|a, b| b.cmp(a));
    let path = env::var_os("PATH").unwrap_or_default();
    env::var_os("POSTGRES_BIN")
        .map(PathBuf::from)
        .into_iter()
        .chain(debian.into_iter().map(|(_, folder)| folder))
        .chain(env::split_paths(&path))
        .find(|folder| POSTGRES.iter().all(|name| folder.join(name).is_file()))
}

/// What comes before a command that only the administrator may give; none where that takes a password.
fn sudo() -> Result<Option<&'static [&'static str]>, Failure> {
    Ok(if shell::output(program("id", &["-u"]))?.trim() == "0" {
        Some(&[])
    } else if succeeds("sudo", &["-n", "true"]) {
        Some(&["sudo", "-n"])
    } else {
        None
    })
}

fn apt(sudo: &[&str], arguments: &[&str]) -> Result<(), Failure> {
    let words = [
        sudo,
        &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
        arguments,
    ]
    .concat();
    shell::run(program(words[0], &words[1..]))
}

/// Brings apt's lists of packages up to date.
fn update_lists() -> Result<(), Failure> {
    match sudo()? {
        Some(sudo) => apt(sudo, &["update", "--quiet"]),
        None => Err(Failure::new(
            "apt's lists of packages are too old, and bringing them up to date takes a password. Type \
             this, then start again:\n  sudo apt-get update",
        )),
    }
}

fn install(packages: &[&str]) -> Result<(), Failure> {
    let names = packages.join(" ");
    let by_hand = format!("sudo apt-get update && sudo apt-get install --yes {names}");
    let typed = |why: &str| {
        Failure::new(format!(
            "The tests need {names}, and {why}. Type this, then start again:\n  {by_hand}"
        ))
    };
    if on_path(&["apt-get"]).is_none() {
        return Err(Failure::new(format!(
            "The tests need {names} (Debian's names), and this system has no apt-get. Install \
             them in its own way, and set CHROMIUM to the browser and POSTGRES_BIN to the folder \
             of initdb if they are not on the PATH."
        )));
    }
    let Some(sudo) = sudo()? else {
        return Err(typed("installing them takes a password"));
    };
    println!("installing {names}");
    apt(sudo, &["update", "--quiet"])
        .and_then(|()| {
            apt(
                sudo,
                &[
                    &["install", "--yes", "--quiet", "--no-install-recommends"],
                    packages,
                ]
                .concat(),
            )
        })
        .map_err(|failure| {
            typed(&format!(
                "apt could not install them: {failure}. (Ubuntu has Chromium as a snap only: there \
                 install Google Chrome, or set CHROMIUM to another browser of the family)"
            ))
        })
}
