//! Joins the style sheets that `style/main.css` imports into one.
//!
//! Modern CSS stays as written: nothing is rewritten for old browsers, since a rewrite of
//! `light-dark()` or nesting would be larger and no longer what was reviewed.

use std::{fs, path::Path};

use lightningcss::{
    bundler::{Bundler, FileProvider},
    printer::PrinterOptions,
    stylesheet::{MinifyOptions, ParserOptions},
};

use crate::{Error, Mode};

/// Bundles `entry` into `out`; in release minified.
pub(crate) fn bundle(entry: &Path, out: &Path, mode: Mode) -> Result<(), Error> {
    let minify = mode == Mode::Release;
    let wrong = |why: String| Error::Style {
        place: entry.display().to_string(),
        why,
    };
    let provider = FileProvider::new();
    let mut bundler = Bundler::new(&provider, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|error| Error::Style {
        // lightningcss counts lines from 0.
        place: error.loc.as_ref().map_or_else(
            || entry.display().to_string(),
            |at| format!("{}:{}:{}", at.filename, at.line + 1, at.column),
        ),
        why: error.kind.to_string(),
    })?;
    if minify {
        sheet
            .minify(MinifyOptions::default())
            .map_err(|error| wrong(error.to_string()))?;
    }
    let css = sheet
        .to_css(PrinterOptions {
            minify,
            ..PrinterOptions::default()
        })
        .map_err(|error| wrong(error.to_string()))?;
    fs::write(out, css.code).map_err(Error::file("write", out))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn bundled(files: &[(&str, &str)], mode: Mode) -> Result<String, Error> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let out = folder.path().join("out.css");
        bundle(&folder.path().join("main.css"), &out, mode)?;
        Ok(fs::read_to_string(out).unwrap())
    }

    #[test]
    fn imports_are_joined_within_their_layers() {
        let css = bundled(
            &[
                (
                    "main.css",
                    "@layer tokens, base;\n@import 'tokens.css' layer(tokens);",
                ),
                ("tokens.css", ":root { --bg: light-dark(#fff, #0e1217) }"),
            ],
            Mode::Release,
        )
        .unwrap();
        assert!(
            css.contains("@layer tokens{:root{--bg:light-dark(#fff,#0e1217)}}"),
            "{css}"
        );
    }

    #[test]
    fn an_error_names_the_imported_file_and_line() {
        let error = bundled(
            &[
                ("main.css", "@import 'bad.css';"),
                ("bad.css", "a { color: red }\n} nonsense {{"),
            ],
            Mode::Development,
        )
        .unwrap_err()
        .to_string();
        assert!(error.contains("bad.css:2:"), "{error}");
    }

    #[test]
    fn a_missing_import_is_named() {
        let error = bundled(&[("main.css", "@import 'gone.css';")], Mode::Development)
            .unwrap_err()
            .to_string();
        assert!(error.contains("main.css"), "{error}");
    }
}
