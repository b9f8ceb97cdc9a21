//! What is still open: notes that nobody has decided, as a document's lists of what is to be analysed and
//! of what is to be asked.

use model::name::EnvironmentName;

use super::table::{Cell, Column, Report, Row, RowKind, Table};
use crate::writings::{Effort, Note, NoteState, Want};

/// Lists what is open of an environment, the most urgent first, and counts what isn't any more.
pub fn open(environment: &EnvironmentName, notes: &[Note]) -> Report {
    let count = |state| notes.iter().filter(|note| note.state == state).count();
    let (decided, rejected) = (count(NoteState::Decided), count(NoteState::Rejected));
    let tables = [
        (Want::Needed, "Needed"),
        (Want::NiceToHave, "Nice to have"),
        (Want::Question, "Questions"),
    ]
    .into_iter()
    .filter_map(|(want, caption)| table(notes, want, caption))
    .collect();
    Report {
        title: format!("What is still open of {environment}"),
        notes: vec![format!(
            "{} open, {decided} decided, {rejected} rejected.",
            count(NoteState::Open)
        )],
        tables,
    }
}

fn table(notes: &[Note], want: Want, caption: &str) -> Option<Table> {
    let mut open: Vec<&Note> = notes
        .iter()
        .filter(|note| note.state == NoteState::Open && note.want == want)
        .collect();
    if open.is_empty() {
        return None;
    }
    open.sort_by(|a, b| (a.priority, a.since, &a.text).cmp(&(b.priority, b.since, &b.text)));
    let text = |text: Option<&str>| text.map_or(Cell::Nothing, Cell::text);
    let rows = open
        .into_iter()
        .map(|note| {
            let cells = vec![
                Cell::text(note.text.as_str()),
                text(note.about.as_deref()),
                Cell::text(note.priority.word()),
                text(note.effort.map(Effort::word)),
                Cell::text(note.since.to_string()),
                text(note.link.as_deref()),
            ];
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let columns = ["What", "About", "Priority", "Effort", "Since", "Tracked at"];
    Some(Table::new(
        caption,
        columns.map(Column::words).to_vec(),
        rows,
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::report::markdown;
    use crate::writings::Priority;

    fn note(text: &str, state: NoteState, want: Want, priority: Priority) -> Note {
        Note {
            about: Some("group/db".to_owned()),
            text: text.to_owned(),
            state,
            outcome: None,
            want,
            priority,
            effort: None,
            link: None,
            since: "2013-09-01".parse().unwrap(),
        }
    }

    #[test]
    fn only_what_is_open_is_listed_and_the_most_urgent_first() {
        let notes = [
            note(
                "Upgrade MySQL?",
                NoteState::Open,
                Want::Needed,
                Priority::Normal,
            ),
            note(
                "A hot backup",
                NoteState::Open,
                Want::Needed,
                Priority::High,
            ),
            note("A proxy", NoteState::Rejected, Want::Needed, Priority::High),
            note(
                "Is there NTP?",
                NoteState::Open,
                Want::Question,
                Priority::Low,
            ),
        ];
        let report = open(&"production".parse().unwrap(), &notes);
        let text = markdown::render(&report);
        let at = |part: &str| text.find(part).unwrap();
        assert!(at("A hot backup") < at("Upgrade MySQL?"), "{text}");
        assert!(at("Upgrade MySQL?") < at("Is there NTP?"), "{text}");
        assert!(!text.contains("A proxy"), "{text}");
        assert!(text.contains("3 open, 0 decided, 1 rejected"), "{text}");
    }
}
