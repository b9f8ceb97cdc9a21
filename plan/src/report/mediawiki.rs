//! MediaWiki's wikitext, for the wiki that such documents live in: headings, notes and tables. Text is
//! text: whatever could be markup becomes a character reference.

// Writing into a text can't fail, so that its results are dropped.
use std::fmt::Write as _;

use super::markup::{self, Marks};
use super::table::{Align, Cell, Report, Row, RowKind, Table};

/// A whole report.
pub fn render(report: &Report) -> String {
    let marks = Marks {
        heading: |title| format!("== {title} =="),
        note: "*",
        escape,
        table,
    };
    markup::render(report, &marks)
}

/// One table.
pub fn table(table: &Table) -> String {
    let Table {
        caption,
        columns,
        rows,
    } = table;
    let mut text = format!("{{| class=\"wikitable\"\n|+ {}\n|-\n", escape(caption));
    for column in columns {
        let _ = writeln!(text, "! {}", escape(&column.head()));
    }
    for Row { kind, cells } in rows {
        text.push_str("|-\n");
        for (place, (cell, column)) in cells.iter().zip(columns).enumerate() {
            let mut shown = escape(&cell.shown(column));
            if matches!(cell, Cell::Unknown { .. }) {
                shown = format!("''{shown}''");
            }
            let indent = match kind {
                RowKind::Part if place == 0 => "padding-left:1.5em",
                RowKind::SubTotal | RowKind::Total => "font-weight:bold",
                RowKind::Plain | RowKind::Part => "",
            };
            let align = match column.align {
                Align::Left => "",
                Align::Right => "text-align:right",
            };
            let styles: Vec<&str> = [indent, align]
                .into_iter()
                .filter(|style| !style.is_empty())
                .collect();
            if styles.is_empty() {
                let _ = writeln!(text, "| {shown}");
            } else {
                let _ = writeln!(text, "| style=\"{}\" | {shown}", styles.join(";"));
            }
        }
    }
    text.push_str("|}\n");
    text
}

/// A text as it is, anywhere in wikitext.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = None;
    for c in text.trim().chars() {
        let first = before.is_none();
        let special = match c {
            '&' | '<' | '>' | '[' | ']' | '{' | '}' | '|' | '!' | '~' => true,
            // Two of them are markup: emphasis, a magic word. Referring to every second one leaves
            // words as they are.
            '\'' => first || before == Some(c),
            '_' => before == Some(c),
            // At the start of a line these are lists, headings, rules or rows.
            '*' | '#' | ':' | ';' | '=' | '-' | '+' => first,
            _ => false,
        };
        if special {
            let _ = write!(escaped, "&#{};", u32::from(c));
        } else if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            escaped.push(' ');
        } else {
            escaped.push(c);
        }
        before = Some(c);
    }
    // A heading would end in the one, emphasis in the other.
    for c in ['=', '\''] {
        if let Some(rest) = escaped.strip_suffix(c) {
            escaped = format!("{rest}&#{};", u32::from(c));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_becomes_markup() {
        for (text, written) in [
            ("app[3]", "app&#91;3&#93;"),
            (
                "[[File:x]] {{Quote}}",
                "&#91;&#91;File:x&#93;&#93; &#123;&#123;Quote&#125;&#125;",
            ),
            ("''bold''", "&#39;&#39;bold'&#39;"),
            ("doesn't", "doesn't"),
            ("__TOC__ a_b", "_&#95;TOC_&#95; a_b"),
            ("a | b || c !! d", "a &#124; b &#124;&#124; c &#33;&#33; d"),
            ("- item", "&#45; item"),
            ("}", "&#125;"),
            ("* x", "&#42; x"),
            ("~~~~", "&#126;&#126;&#126;&#126;"),
            ("<script>", "&#60;script&#62;"),
            ("&lt;", "&#38;lt;"),
            ("one\ntwo", "one two"),
            ("a =", "a &#61;"),
        ] {
            assert_eq!(escape(text), written, "{text:?}");
        }
    }
}
