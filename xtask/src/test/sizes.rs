//! Holds the browser part of the release against its budget.

use std::{fs, path::PathBuf};

use super::outcome::Outcome;
use crate::shell::{Failure, target_folder};

/// Each file as it goes over the wire, and the kilobytes it may have.
const BUDGET: &[(&str, u64)] = &[("app_bg.wasm.br", 500), ("app.css.br", 30)];

/// Compares the files of the last release build with the budget.
pub(super) fn check() -> Result<Vec<Outcome>, Failure> {
    let folder = newest()?;
    BUDGET
        .iter()
        .map(|(name, limit)| {
            let path = folder.join(name);
            let bytes = fs::metadata(&path)
                .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?
                .len();
            let words = format!("{} kB of {limit} kB", bytes.div_ceil(1000));
            let fits = bytes <= limit * 1000;
            Ok(Outcome {
                name: Some((*name).to_owned()),
                result: if fits { Ok(words) } else { Err(words) },
            })
        })
        .collect()
}

/// The files of the last release build: Cargo keeps a folder for each build script it ran.
fn newest() -> Result<PathBuf, Failure> {
    let build = target_folder()?.join("release/build");
    fs::read_dir(&build)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", build.display())))?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let ours = path.file_name()?.to_str()?.starts_with("understudy-");
            let folder = path.join("out/pkg");
            let time = fs::metadata(folder.join("app_bg.wasm.br"))
                .ok()?
                .modified()
                .ok()?;
            ours.then_some((time, folder))
        })
        .max()
        .map(|(_, folder)| folder)
        .ok_or_else(|| Failure::new("the release build left no browser part"))
}
