//! Rows of files that somebody brought to be compared.

use engine::files::KeptFile;
use engine::port::StoreError;

use super::{parsed, rows, time};

rows! {
    /// A file.
    FileRow of "compared_files" by hash {
        hash: String,
        name: String,
        text: String,
        at: i64,
    }
}

impl TryFrom<FileRow> for KeptFile {
    type Error = StoreError;
    fn try_from(row: FileRow) -> Result<Self, StoreError> {
        Ok(Self {
            hash: parsed(&row.hash).map_err(|why| row.bad("hash", why))?,
            at: time(row.at).map_err(|why| row.bad("at", why))?,
            name: row.name,
            text: row.text,
        })
    }
}
