//! YAML as a tree in which each value knows its place in the text. The parser's events are taken
//! one by one and never by recursion, and whatever could grow without bound is limited: depth,
//! number of values; aliases are refused.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_saphyr::granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span};

use super::error::{Mark, Path, Problem, Step, shortened};

/// How deep values may be nested; an environment file needs 8.
const MAX_DEPTH: usize = 32;
/// How many values a document may have.
const MAX_NODES: usize = 1_000_000;

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node<'t> {
    /// Where it begins.
    pub(super) mark: Mark,
    /// What it is.
    pub(super) kind: Kind<'t>,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Kind<'t> {
    /// A text, a number, a word; `plain` without quotes, so that it may stand for something else
    /// than a text.
    Scalar { text: Cow<'t, str>, plain: bool },
    /// A list.
    List(Vec<Node<'t>>),
    /// A map, in the order of the text; no name is there twice.
    Map(Vec<Entry<'t>>),
}

/// One name and its value.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    /// The name.
    pub(super) name: Cow<'t, str>,
    /// Where the name stands.
    pub(super) mark: Mark,
    /// The value.
    pub(super) value: Node<'t>,
}

impl Node<'_> {
    /// The value of a name, where this is a map that has it.
    pub(super) fn get(&self, name: &str) -> Option<&Entry<'_>> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.name == name),
            Kind::Scalar { .. } | Kind::List(_) => None,
        }
    }

    /// Where the value of a path stands, or of as much of the path as there is: for a name, the
    /// line of the name.
    pub(super) fn locate(&self, path: &Path) -> Mark {
        let (mut node, mut mark) = (self, self.mark);
        for step in &path.0 {
            match step {
                Step::Name(name) => match node.get(name) {
                    Some(entry) => (node, mark) = (&entry.value, entry.mark),
                    None => break,
                },
                Step::Index(index) => match &node.kind {
                    Kind::List(items) => match items.get(*index) {
                        Some(item) => (node, mark) = (item, item.mark),
                        None => break,
                    },
                    Kind::Scalar { .. } | Kind::Map(_) => break,
                },
            }
        }
        mark
    }
}

/// A list or a map that has not ended yet.
enum Open<'t> {
    List(Mark, Vec<Node<'t>>),
    Map {
        mark: Mark,
        entries: Vec<Entry<'t>>,
        lines: HashMap<String, u32>,
        name: Option<(Cow<'t, str>, Mark)>,
    },
}

#[derive(Default)]
struct Builder<'t> {
    open: Vec<Open<'t>>,
    root: Option<Node<'t>>,
    nodes: usize,
}

fn mark(marker: &Marker) -> Mark {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Mark {
        line: number(marker.line().max(1)),
        column: number(marker.col() + 1),
    }
}

/// Reads a text to a tree; none where the text holds nothing.
pub(super) fn read(text: &str) -> Result<Option<Node<'_>>, (Mark, Problem)> {
    let mut options = serde_saphyr::granit_parser::Options::default();
    options.set_emit_comments(false);
    // One more than our own, so that the sentence is ours.
    options.flow_nesting_limit = MAX_DEPTH + 1;
    options.block_nesting_limit = MAX_DEPTH + 1;
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let done = match &event {
            Ok((_, span)) => mark(&span.start),
            Err(error) => mark(error.marker()),
        };
        let taken = match event {
            Ok((event, span)) => builder.take(event, &span),
            Err(error) => Err(syntax(&error)),
        };
        if let Err(message) = taken {
            let path = builder.path();
            return Err((done, Problem { path, message }));
        }
    }
    Ok(builder.root)
}

impl<'t> Builder<'t> {
    /// Where the builder stands.
    fn path(&self) -> Path {
        let steps = self.open.iter().filter_map(|open| match open {
            Open::List(_, items) => Some(Step::Index(items.len())),
            Open::Map { name, .. } => name.as_ref().map(|(name, _)| Step::Name(name.to_string())),
        });
        Path(steps.collect())
    }

    fn take(&mut self, event: Event<'t>, span: &Span) -> Result<(), String> {
        let mark = mark(&span.start);
        if event.tag().is_some() {
            return Err("tags (`!…`) are not read here; leave the tag out".into());
        }
        match event {
            Event::Scalar(text, style, _, _) => {
                let plain = style == ScalarStyle::Plain;
                self.value(Node {
                    mark,
                    kind: Kind::Scalar { text, plain },
                })
            }
            Event::SequenceStart(..) => self.begin(Open::List(mark, Vec::new())),
            Event::MappingStart(..) => self.begin(Open::Map {
                mark,
                entries: Vec::new(),
                lines: HashMap::new(),
                name: None,
            }),
            Event::SequenceEnd | Event::MappingEnd => {
                let node = match self.open.pop() {
                    Some(Open::List(mark, items)) => Node {
                        mark,
                        kind: Kind::List(items),
                    },
                    Some(Open::Map { mark, entries, .. }) => Node {
                        mark,
                        kind: Kind::Map(entries),
                    },
                    None => return Ok(()),
                };
                self.value(node)
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                Err("aliases (`*name`) are not read here; write the value out".into())
            }
            Event::DocumentStart(..) if self.root.is_some() => Err(
                "a second document begins here; a file holds one: put each into a file of its own"
                    .into(),
            ),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, open: Open<'t>) -> Result<(), String> {
        if let Some(Open::Map { name: None, .. }) = self.open.last() {
            return Err(COMPLEX_NAME.into());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(TOO_DEEP.into());
        }
        self.open.push(open);
        Ok(())
    }

    fn value(&mut self, node: Node<'t>) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(format!(
                "the file has more than {MAX_NODES} values; split the environment into several"
            ));
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Map {
                entries,
                lines,
                name,
                ..
            }) => match name.take() {
                Some((name, mark)) => entries.push(Entry {
                    name,
                    mark,
                    value: node,
                }),
                None => match node.kind {
                    Kind::Scalar { text, .. } => {
                        let first = lines.insert(text.to_string(), node.mark.line);
                        let twice = first.map(|line| {
                            format!(
                                "duplicate name: `{}` is already on line {line}; rename one of \
                                 the two, or leave one out",
                                shortened(&text, 80)
                            )
                        });
                        *name = Some((text, node.mark));
                        twice.map_or(Ok(()), Err)?;
                    }
                    Kind::List(_) | Kind::Map(_) => return Err(COMPLEX_NAME.into()),
                },
            },
        }
        Ok(())
    }
}

const COMPLEX_NAME: &str =
    "a list or a map can't be a name; write a text before the colon, as in `name: value`";
const TOO_DEEP: &str =
    "the values are nested too deep (32 levels); an environment file needs about 8";

/// A sentence for a text that isn't YAML.
fn syntax(error: &ScanError) -> String {
    let said = error.info();
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => TOO_DEEP.into(),
        ErrorKind::UnknownAnchor => {
            "aliases (`*name`) are not read here; write the value out".into()
        }
        _ => format!(
            "this is not YAML ({said}); check the colons, quotes, brackets and the indentation of \
             this line and the one before, and use spaces instead of tabs"
        ),
    }
}
