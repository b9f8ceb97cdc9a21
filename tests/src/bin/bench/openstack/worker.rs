//! A tool that is a process of its own: it hears the name of an act and answers with what it took.
//! Its input is held open as long as it may live, so that it never outlives this process.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::tool::{Act, Said, Took};

/// What a tool says, a line of JSON each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// The act is over.
    Over {
        /// How long it took.
        seconds: f64,
        /// The process' CPU time.
        cpu: f64,
        /// What went wrong.
        error: Option<String>,
    },
    /// What whoever looks is shown meanwhile.
    Said {
        /// The words.
        said: String,
    },
}

/// The process.
pub struct Worker {
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What interrupts this process is not for it: it is ended from here.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let input = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            input,
            lines,
        }
    }

    /// Lets it do something, and waits until that is over.
    pub async fn act(&mut self, act: Act) -> Took {
        let line = format!("{}\n", act.word());
        self.input.write_all(line.as_bytes()).await.unwrap();
        let mut words = Vec::new();
        loop {
            let line = self.lines.next_line().await.unwrap();
            let line = line.unwrap_or_else(|| panic!("the tool ended in the middle of {act:?}"));
            let now = Instant::now();
            match serde_json::from_str(&line).unwrap_or_else(|why| panic!("{line}: {why}")) {
                Line::Said { said } => words.push(Said { now, words: said }),
                Line::Over {
                    seconds,
                    cpu,
                    error,
                } => {
                    words.extend(error.clone().map(|words| Said { now, words }));
                    return Took {
                        time: Duration::from_secs_f64(seconds),
                        cpu: Duration::from_secs_f64(cpu),
                        error,
                        words,
                    };
                }
            }
        }
    }

    /// Kills it, without a chance to tidy up.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
