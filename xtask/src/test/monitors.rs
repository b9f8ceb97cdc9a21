//! collectd, Prometheus and its node exporter, for the tests that hear them.
//!
//! Debian's packages are fetched and unpacked into the build folder, and installed nowhere: installed, each
//! would start itself on the machine of whoever runs the tests, and stay.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::shell::{self, Failure, on_path, program, target_folder};

/// Debian's packages, and what of each must be there.
const PACKAGES: &[(&str, &str)] = &[
    ("collectd-core", "usr/sbin/collectd"),
    // What collectd's write_http needs beside the curl that git has.
    ("libyajl2", "usr/share/doc/libyajl2"),
    ("prometheus", "usr/bin/prometheus"),
    (
        "prometheus-node-exporter",
        "usr/bin/prometheus-node-exporter",
    ),
];

/// Where they are unpacked, as if it were `/`. `update` brings apt's lists up to date.
pub(super) fn prepare(update: impl FnOnce() -> Result<(), Failure>) -> Result<PathBuf, Failure> {
    let folder = target_folder()?.join("monitors");
    // Whoever has them unpacked elsewhere says so by the variable that the tests read.
    let root =
        env::var_os("UNDERSTUDY_MONITORS").map_or_else(|| folder.join("root"), PathBuf::from);
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(_, part)| !root.join(part).exists())
        .map(|(name, _)| *name)
        .collect();
    if missing.is_empty() {
        return Ok(root);
    }
    if on_path(&["apt-get"]).is_none() {
        return Err(Failure::new(format!(
            "The tests need {} (Debian's names), and this system has no apt-get. Unpack them into {}.",
            missing.join(", "),
            root.display()
        )));
    }
    let packages = folder.join("packages");
    fs::create_dir_all(&packages)
        .map_err(|error| Failure::new(format!("{} can't be made: {error}", packages.display())))?;
    println!("unpacking {}", missing.join(" "));
    if download(&missing, &packages).is_err() {
        // Lists that are old, or that were never fetched, name packages that are no more.
        update()?;
        download(&missing, &packages)?;
    }
    let fetched = fs::read_dir(&packages)
        .map_err(|error| Failure::new(format!("{}: {error}", packages.display())))?;
    for package in fetched.flatten().map(|entry| entry.path()) {
        let mut unpack = program("dpkg-deb", &["--extract"]);
        unpack.arg(&package).arg(&root);
        shell::run(unpack)?;
    }
    Ok(root)
}

fn download(names: &[&str], into: &Path) -> Result<(), Failure> {
    let mut download = program("apt-get", &[&["download", "--quiet"], names].concat());
    download.current_dir(into);
    shell::run(download)
}
