//! What a command prints: to stdout, coloured on a terminal only. It must never panic where nobody
//! reads any more.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::error::CliError;

/// How a piece of text looks on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// As it is.
    Plain,
    /// A heading.
    Strong,
    /// Beside the point.
    Faint,
    /// Something comes; something went well.
    Good,
    /// Something goes; something went wrong.
    Bad,
    /// Something changes; worth a look.
    Warning,
}

impl Look {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Warning => "33",
        }
    }
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colours {
    /// Yes.
    On,
    /// No.
    Off,
}

impl Colours {
    /// On a terminal, unless `NO_COLOR` is set to anything.
    fn of(stream: &impl IsTerminal) -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        if stream.is_terminal() && !refused {
            Self::On
        } else {
            Self::Off
        }
    }

    /// Text with a look.
    pub(super) fn paint(self, look: Look, text: impl Display) -> String {
        match (self, look) {
            (Self::Off, _) | (Self::On, Look::Plain) => text.to_string(),
            (Self::On, look) => format!("\u{1b}[{}m{text}\u{1b}[0m", look.code()),
        }
    }
}

/// Standard output.
#[derive(Clone, Copy, Debug)]
pub(super) struct Out {
    /// Whether there are colours.
    pub(super) colours: Colours,
}

impl Out {
    /// The output of this process.
    pub(super) fn of_process() -> Self {
        Self {
            colours: Colours::of(&io::stdout()),
        }
    }

    /// Text with a look.
    pub(super) fn paint(self, look: Look, text: impl Display) -> String {
        self.colours.paint(look, text)
    }

    /// Prints text with a line's end where it has none.
    #[allow(clippy::unused_self)] // whoever prints has been given the output
    pub(super) fn text(self, text: &str) {
        let mut stdout = io::stdout().lock();
        // Where nobody reads any more, as in `understudy show a | head`, there is nobody to tell.
        let _ = stdout.write_all(text.as_bytes());
        if !text.is_empty() && !text.ends_with('\n') {
            let _ = stdout.write_all(b"\n");
        }
        let _ = stdout.flush();
    }

    /// Prints a value as JSON over several lines.
    pub(super) fn json<T: Serialize>(self, value: &T) -> Result<(), CliError> {
        self.text(&serde_json::to_string_pretty(value)?);
        Ok(())
    }

    /// Prints a value as JSON on one line, for a stream of them.
    pub(super) fn json_line<T: Serialize>(self, value: &T) -> Result<(), CliError> {
        self.text(&serde_json::to_string(value)?);
        Ok(())
    }
}

/// Whether the log has colours.
pub(super) fn colours_on_stderr() -> bool {
    Colours::of(&io::stderr()) == Colours::On
}

/// Prints what went wrong to stderr.
pub(super) fn complain(what: &str, text: impl Display) {
    let colours = Colours::of(&io::stderr());
    let mut stderr = io::stderr().lock();
    let what = colours.paint(Look::Bad, format_args!("{what}:"));
    let _ = writeln!(stderr, "{what} {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_text_is_as_it_is() {
        assert_eq!(Colours::Off.paint(Look::Bad, "x"), "x");
        assert_eq!(Colours::On.paint(Look::Bad, "x"), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(Colours::On.paint(Look::Plain, "x"), "x");
    }
}
