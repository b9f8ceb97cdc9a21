//! A runbook as Markdown: for a wiki, a mail, or paper with boxes to tick. Text is escaped.

use std::collections::BTreeMap;
// Writing into a text can't fail, so that its results are dropped.
use std::fmt::Write as _;

use super::target::list;
use super::{Back, Entry, Hands, Manual, Runbook, Stage, Wait};
use crate::markdown::escape;

/// A whole runbook.
pub fn render(runbook: &Runbook) -> String {
    let Runbook {
        title,
        purpose: _,
        notes,
        stages,
    } = runbook;
    let mut text = format!("# {}\n", escape(title));
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        let _ = writeln!(text, "- {}", escape(note));
    }
    for each in stages {
        stage(each, &mut text);
    }
    text
}

fn stage(stage: &Stage, text: &mut String) {
    let Stage {
        number,
        entries,
        waits_for,
        back,
    } = stage;
    let parallel = match entries.len() {
        0 | 1 => "",
        _ => ", in parallel",
    };
    let _ = write!(text, "\n## Stage {number}{parallel}\n");
    if !waits_for.is_empty() {
        text.push_str("\nWaits until:\n\n");
    }
    // One line for each thing that is waited for, with all the reasons.
    let mut reasons: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for wait in waits_for {
        let Wait {
            stage: _,
            on,
            holds,
            until: _,
            why,
        } = wait;
        let known = reasons.entry((on, holds)).or_default();
        if !known.contains(&why.as_str()) {
            known.push(why);
        }
    }
    for ((on, holds), why) in reasons {
        let _ = writeln!(
            text,
            "- {} {}: {}",
            escape(on),
            escape(holds),
            escape(&why.join("; "))
        );
    }
    text.push('\n');
    for each in entries {
        entry(each, text);
    }
    match back {
        Back::How { how } => {
            let _ = write!(text, "\nTo go back from here: {}\n", escape(how));
        }
        Back::Impossible { why } => {
            let _ = write!(
                text,
                "\n**From here there is no way back for all:** {}.\n",
                escape(why)
            );
        }
    }
}

fn entry(entry: &Entry, text: &mut String) {
    let Entry {
        what,
        on,
        by,
        one_at_a_time,
        manual,
        waits: _,
        check,
        back,
        steps: _,
    } = entry;
    let hands = match by {
        Hands::Understudy => "",
        Hands::Person => " (by hand)",
    };
    let one = if *one_at_a_time {
        ", one at a time"
    } else {
        ""
    };
    let _ = writeln!(
        text,
        "- [ ] **{}**: {}{one}{hands}",
        escape(what),
        escape(&list(on))
    );
    for (number, Manual { what, check }) in (1_u32..).zip(manual) {
        let _ = writeln!(
            text,
            "  {number}. {} *Check:* {}",
            escape(what),
            escape(check)
        );
    }
    let _ = writeln!(text, "  - Done when: {}", escape(check));
    match back {
        Back::How { how } => {
            let _ = writeln!(text, "  - Back: {}", escape(how));
        }
        Back::Impossible { why } => {
            let _ = writeln!(text, "  - No way back: {}.", escape(why));
        }
    }
}
