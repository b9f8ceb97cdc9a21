//! The files of a folder of recordings: a new one that is no other's and that nobody else may read,
//! and room for it, by taking the oldest away. It never touches a file that is not a recording of
//! the same cloud.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDateTime, Utc};
use model::name::CloudName;

/// How many recordings of one cloud a process can begin in one second.
const IN_A_SECOND: u32 = 1000;

/// How the time stands in a file's name.
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// How much is kept of one cloud: a server that records for months must not fill a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// A file that has become this large is ended, in bytes, and another is begun.
    pub file_bytes: u64,
    /// So many files are kept, the newest.
    pub files: usize,
}

impl Default for Keep {
    /// 512 MiB.
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            files: 8,
        }
    }
}

/// Where the recordings of one cloud are.
pub(super) struct Shelf {
    folder: PathBuf,
    /// The cloud's name as it may stand in a file's.
    cloud: String,
}

impl Shelf {
    pub(super) fn new(folder: PathBuf, cloud: &CloudName) -> Self {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        Self {
            folder,
            cloud: cloud.as_str().replace(|c| !plain(c), "_"),
        }
    }

    pub(super) fn folder(&self) -> std::path::Display<'_> {
        self.folder.display()
    }

    /// A new file; where there are too many with it, the oldest go.
    pub(super) fn begin(&self, began: DateTime<Utc>, keep: Keep) -> io::Result<File> {
        let file = self.create(began)?;
        // Not being able to tidy up is no reason not to record.
        if let Err(error) = self.tidy(keep.files) {
            tracing::warn!(
                folder = %self.folder(), %error,
                "old recordings can't be removed"
            );
        }
        Ok(file)
    }

    /// A file that nobody else may read, and that is no other's.
    fn create(&self, began: DateTime<Utc>) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let stem = format!(
            "{}-{}-{}",
            self.cloud,
            began.format(TIME),
            std::process::id()
        );
        for number in 1..IN_A_SECOND {
            let name = match number {
                1 => format!("{stem}.jsonl"),
                more => format!("{stem}-{more}.jsonl"),
            };
            match options.open(self.folder.join(name)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => return opened,
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn tidy(&self, keep: usize) -> io::Result<()> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if let Some(began) = name.to_str().and_then(|name| self.began(name)) {
                all.push((began, entry.metadata()?.modified()?, entry.path()));
            }
        }
        all.sort();
        let too_many = all.len().saturating_sub(keep);
        for (_, _, path) in all.into_iter().take(too_many) {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                // Another process took it away meanwhile.
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// When a recording of this cloud began, by its name; none where the file is another's.
    fn began(&self, name: &str) -> Option<NaiveDateTime> {
        let rest = name.strip_prefix(&self.cloud)?.strip_prefix('-')?;
        let (time, rest) = rest.strip_suffix(".jsonl")?.split_once('-')?;
        rest.split('-')
            .all(|number| number.parse::<u32>().is_ok())
            .then_some(())?;
        NaiveDateTime::parse_from_str(time, TIME).ok()
    }
}
