//! Cells of comma-separated values.

use std::fmt::{self, Display, Write as _};

use plan::report::csv::end_field;

/// Several values in one cell.
pub(super) fn joined<T: Display>(values: impl IntoIterator<Item = T> + Clone) -> impl Display {
    fmt::from_fn(move |f| {
        let mut between = "";
        for value in values.clone() {
            write!(f, "{between}{value}")?;
            between = "; ";
        }
        Ok(())
    })
}

/// A cell that is empty where nothing is known.
pub(super) fn maybe(text: &mut String, value: Option<impl Display>) {
    match value {
        Some(value) => cell(text, value),
        None => text.push(','),
    }
}

/// Ends a row: the comma behind its last cell goes.
pub(super) fn end(text: &mut String) {
    text.pop();
    text.push_str("\r\n");
}

/// A cell and the comma behind it.
pub(super) fn cell(text: &mut String, value: impl Display) {
    let begun = text.len();
    // Nothing that is written to a text fails.
    let _never = write!(text, "{value}");
    end_field(text, begun);
    text.push(',');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_is_never_a_formula() {
        let written = |value: &str| {
            let mut text = String::new();
            cell(&mut text, value);
            text
        };
        assert_eq!(written("app1"), "app1,");
        assert_eq!(written("a,\"b\""), "\"a,\"\"b\"\"\",");
        assert_eq!(written("=1+1"), "'=1+1,");
        assert_eq!(written("-a\nb"), "\"'-a\nb\",");
    }
}
