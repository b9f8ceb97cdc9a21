//! The data folder: where it is, and the lock that lets one server at a time work in it.

use std::env;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::InstallationError;

/// The lock's file within the data folder.
const LOCK: &str = "understudy.lock";

/// A data folder that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// Who holds a folder, as far as its lock says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub process: Option<u32>,
    /// Where it serves.
    pub address: Option<SocketAddr>,
}

impl fmt::Display for Holder {
    /// ` (process 4711, http://127.0.0.1:8080/)`, or nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.process, self.address) {
            (None, _) => Ok(()),
            (Some(process), None) => write!(f, " (process {process})"),
            (Some(process), Some(address)) => write!(f, " (process {process}, http://{address}/)"),
        }
    }
}

/// The right to work in a folder: held until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Folder {
    /// Opens a folder, and makes it where it isn't there.
    pub fn at(path: PathBuf) -> Result<Self, InstallationError> {
        let opened = make(&path).and_then(|()| path.canonicalize());
        match opened {
            Ok(path) => Ok(Self { path }),
            Err(why) => Err(InstallationError::Folder { folder: path, why }),
        }
    }

    /// The folder named, or the one where this user's data belongs: `$XDG_DATA_HOME/understudy`,
    /// or `~/.local/share/understudy`.
    pub fn named_or_default(named: Option<PathBuf>) -> Result<Self, InstallationError> {
        let path = named
            .filter(|path| !path.as_os_str().is_empty())
            .or_else(|| {
                default_path(
                    env::var_os("XDG_DATA_HOME").map(PathBuf::from),
                    env::home_dir(),
                )
            })
            .ok_or(InstallationError::NoHome)?;
        Self::at(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who holds the folder's lock; none where it is free.
    pub fn holder(&self) -> Option<Holder> {
        let mut file = File::open(self.path.join(LOCK)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(read_holder(&mut file)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }

    /// Takes the folder's lock; [`InstallationError::Locked`] where somebody holds it.
    pub fn lock(&self) -> Result<Lock, InstallationError> {
        let failed = |why| InstallationError::Folder {
            folder: self.path.clone(),
            why,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.path.join(LOCK))
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                write_holder(
                    &mut file,
                    Holder {
                        process: Some(std::process::id()),
                        address: None,
                    },
                )
                .map_err(failed)?;
                Ok(Lock { file })
            }
            Err(TryLockError::WouldBlock) => Err(InstallationError::Locked {
                folder: self.path.clone(),
                holder: read_holder(&mut file),
            }),
            Err(TryLockError::Error(why)) => Err(failed(why)),
        }
    }
}

impl Lock {
    /// Lets others know where this process serves.
    pub fn serving_at(&mut self, address: SocketAddr) {
        let holder = Holder {
            process: Some(std::process::id()),
            address: Some(address),
        };
        if let Err(error) = write_holder(&mut self.file, holder) {
            tracing::warn!(%error, "the lock file could not be written");
        }
    }
}

fn default_path(data_home: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    // The XDG base directory specification has relative paths ignored.
    data_home
        .filter(|path| path.is_absolute())
        .or_else(|| home.map(|home| home.join(".local/share")))
        .map(|path| path.join("understudy"))
}

/// Makes a folder that only its owner can read: the database in it holds everything.
fn make(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write_holder(file: &mut File, holder: Holder) -> std::io::Result<()> {
    let part = |part: Option<String>| part.unwrap_or_default();
    let text = format!(
        "{}\n{}\n",
        part(holder.process.map(|process| process.to_string())),
        part(holder.address.map(|address| address.to_string()))
    );
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(text.as_bytes())?;
    file.flush()
}

fn read_holder(file: &mut File) -> Holder {
    let mut text = String::new();
    if file.read_to_string(&mut text).is_err() {
        return Holder::default();
    }
    let mut lines = text.lines();
    Holder {
        process: lines.next().and_then(|line| line.parse().ok()),
        address: lines.next().and_then(|line| line.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_works_in_a_folder_and_says_who_it_is() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path().join("a/b")).unwrap();
        let mut lock = folder.lock().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], 8080));
        lock.serving_at(address);
        assert_eq!(folder.holder().unwrap().address, Some(address));
        match folder.lock().unwrap_err() {
            InstallationError::Locked { folder: _, holder } => {
                assert_eq!(holder.process, Some(std::process::id()));
                assert_eq!(holder.address, Some(address));
            }
            other => panic!("{other}"),
        }
        drop(lock);
        assert_eq!(folder.holder(), None);
        folder.lock().unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_says_so_with_a_way_out() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Folder::at(file.join("data")).unwrap_err().to_string();
        assert!(error.contains("--data FOLDER"), "{error}");
    }

    #[test]
    fn the_default_is_where_this_users_data_belongs() {
        let home = || Some(PathBuf::from("/users/me"));
        assert_eq!(
            default_path(Some("/data".into()), home()),
            Some("/data/understudy".into())
        );
        assert_eq!(
            default_path(Some("relative".into()), home()),
            Some("/users/me/.local/share/understudy".into())
        );
        assert_eq!(default_path(None, None), None);
    }
}
