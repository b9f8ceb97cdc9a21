//! Text inside of Markdown: every character that could mean something is escaped, so that a name or
//! a note never becomes markup, a link or another cell. Nothing here knows what is being written.

/// A text as it is, anywhere within a line or a cell of a table.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut number = true;
    let mut characters = text.trim().chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' | '!' | '$'
            | '{' | '}' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // At the start of a line these would make a list or a heading.
            '-' | '+' | '=' if escaped.is_empty() => {
                escaped.push('\\');
                escaped.push(c);
            }
            // So would a number with one of these.
            '.' | ')'
                if number
                    && !escaped.is_empty()
                    && characters.peek().is_none_or(|next| next.is_whitespace()) =>
            {
                escaped.push('\\');
                escaped.push(c);
            }
            // A line may not end within a cell.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => escaped.push(' '),
            c => escaped.push(c),
        }
        number &= c.is_ascii_digit();
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(escape("app[3] | *x* _y_"), "app\\[3\\] \\| \\*x\\* \\_y\\_");
        assert_eq!(escape("<b>&amp;</b>"), "\\<b\\>\\&amp;\\</b\\>");
        assert_eq!(escape("- a - b"), "\\- a - b");
        assert_eq!(escape("12. first"), "12\\. first");
        assert_eq!(escape("3.2 refactor 1."), "3.2 refactor 1.");
        assert_eq!(escape("one\ntwo\r\n"), "one two");
        assert_eq!(escape("a\\|b"), "a\\\\\\|b");
        assert_eq!(escape(""), "");
    }
}
