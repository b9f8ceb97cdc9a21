//! Pages with gaps: what differs from one answer to the next (form token, idempotency keys) is
//! rendered as a mark that nobody can guess, and put in when the answer is sent. So one rendering
//! serves many, and no secret is ever kept with it.

use axum::body::Bytes;

/// What stands in a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    FormToken,
    Key,
}

/// The marks of one server, random so that no data can contain one.
#[derive(Debug)]
pub(super) struct Marks {
    prefix: String,
    /// Stands for the session's form token.
    pub(super) form_token: String,
    /// Stands for a new idempotency key.
    pub(super) key: String,
}

impl Marks {
    /// Marks that begin with a random text of letters and digits.
    pub(super) fn new(secret: &str) -> Self {
        let prefix = format!("gap{secret}");
        Self {
            form_token: format!("{prefix}F"),
            key: format!("{prefix}K"),
            prefix,
        }
    }
}

/// What is put into the gaps of one answer.
pub(super) struct Filling<'a> {
    /// The session's form token.
    pub(super) form_token: &'a str,
    /// Makes an idempotency key, a new one for each gap.
    pub(super) key: &'a dyn Fn() -> String,
}

/// A body with gaps.
#[derive(Debug)]
pub(super) struct Template {
    body: Bytes,
    /// Where each gap begins, and what belongs there.
    gaps: Vec<(usize, Gap)>,
    mark_length: usize,
}

impl Template {
    /// Finds the marks in a body.
    pub(super) fn new(body: Bytes, marks: &Marks) -> Self {
        let mark_length = marks.prefix.len() + 1;
        let mut gaps = Vec::new();
        if let Ok(text) = std::str::from_utf8(&body) {
            for (at, _) in text.match_indices(&marks.prefix) {
                let gap = match body.get(at + marks.prefix.len()) {
                    Some(b'F') => Gap::FormToken,
                    Some(b'K') => Gap::Key,
                    _ => continue,
                };
                gaps.push((at, gap));
            }
        }
        Self {
            body,
            gaps,
            mark_length,
        }
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        self.body.len()
    }

    /// The body for one answer.
    pub(super) fn fill(&self, filling: &Filling<'_>) -> Bytes {
        if self.gaps.is_empty() {
            return self.body.clone();
        }
        let mut out = Vec::with_capacity(self.body.len());
        let mut from = 0;
        for (at, gap) in &self.gaps {
            out.extend_from_slice(&self.body[from..*at]);
            match gap {
                Gap::FormToken => out.extend_from_slice(filling.form_token.as_bytes()),
                Gap::Key => out.extend_from_slice((filling.key)().as_bytes()),
            }
            from = at + self.mark_length;
        }
        out.extend_from_slice(&self.body[from..]);
        out.into()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn gaps_are_filled_for_each_answer_anew() {
        let marks = Marks::new("5ec2e7");
        let body = format!("<p>{}|{}|é{}", marks.form_token, marks.key, marks.key);
        let template = Template::new(body.into(), &marks);
        let count = Cell::new(0);
        let key = || {
            count.set(count.get() + 1);
            format!("key{}", count.get())
        };
        let fill = |form_token| {
            template.fill(&Filling {
                form_token,
                key: &key,
            })
        };
        assert_eq!(fill("ann's"), "<p>ann's|key1|ékey2");
        assert_eq!(fill("bob's"), "<p>bob's|key3|ékey4");
    }

    #[test]
    fn a_body_without_gaps_is_passed_on_as_it_is() {
        let body = Bytes::from_static(b"{\"a\":1}");
        let template = Template::new(body.clone(), &Marks::new("5ec2e7"));
        let filling = Filling {
            form_token: "f",
            key: &String::new,
        };
        assert_eq!(template.fill(&filling), body);
    }
}
