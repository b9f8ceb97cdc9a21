//! Tells whoever waits for the build what the browser part is doing.
//!
//! Cargo hides what a build script prints, unless it fails, and the first build of the browser
//! part takes minutes. So lines go where Cargo's own messages go: to the parent's standard error,
//! if that is a terminal or a pipe. Into a file nothing is written, since two writers with
//! positions of their own would overwrite each other. Never fails: progress is a courtesy.

use std::{
    cell::RefCell,
    fs::{File, OpenOptions},
    io::Write,
    os::unix::{fs::FileTypeExt, process::parent_id},
    path::Path,
};

/// Where progress lines go.
#[derive(Debug)]
pub struct Progress {
    outlet: Option<RefCell<File>>,
}

impl Progress {
    /// Lines go to the standard error of the Cargo that runs this build script, or to the
    /// terminal where the system has no `/proc`, or nowhere.
    pub fn of_cargo() -> Self {
        let parent = format!("/proc/{}/fd/2", parent_id());
        let path = if Path::new("/proc/self/fd").exists() {
            parent.as_str()
        } else {
            "/dev/tty"
        };
        Self {
            outlet: open(Path::new(path)).map(RefCell::new),
        }
    }

    /// One line, formed like Cargo's own.
    pub fn say(&self, what: &str) {
        // Kept by Cargo as well, and shown if the build fails.
        eprintln!("browser part: {what}");
        if let Some(outlet) = &self.outlet {
            // `\r` and "erase to the end" keep Cargo's progress bar from showing through.
            let line = format!("\r\x1b[K     Browser {what}\n");
            let plain = format!("     Browser {what}\n");
            let mut file = outlet.borrow_mut();
            let text = if is_terminal(&file) { &line } else { &plain };
            // A reader that went away is no reason to fail a build.
            let _gone = file.write_all(text.as_bytes());
        }
    }
}

fn open(path: &Path) -> Option<File> {
    let kind = std::fs::metadata(path).ok()?.file_type();
    let interactive = kind.is_char_device() || kind.is_fifo();
    interactive.then(|| OpenOptions::new().append(true).open(path).ok())?
}

fn is_terminal(file: &File) -> bool {
    std::io::IsTerminal::is_terminal(file)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_file_is_left_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(open(file.path()).is_none());
    }

    #[test]
    fn a_missing_outlet_is_no_failure() {
        let nowhere = Progress {
            outlet: open(Path::new("/nowhere/at/all")).map(RefCell::new),
        };
        assert!(nowhere.outlet.is_none());
        nowhere.say("still here");
    }
}
