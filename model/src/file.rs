//! Environment files, recipe files and case files: YAML that people write, read with errors that say where and
//! what would be right, and written back without loss.
//!
//! A text becomes a tree of values that know their place ([`tree`]), the tree becomes the domain's
//! types ([`read`]), and what types can't say is checked on these ([`check`]). Nothing here may
//! panic or take long, whatever the text: it comes from people and from the network.

mod case;
pub mod check;
mod error;
mod read;
mod schema;
mod suggest;
mod tree;
mod words;

pub use case::{case_elsewhere, case_study, write_case};
pub use error::{FileError, Mark, Path, Problem, Step};
pub use schema::schema;

use crate::recipe::Recipe;
use crate::topology::Topology;
use serde::Serialize;

/// The largest text that is read, in bytes.
pub const MAX_BYTES: usize = 8 << 20;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// An environment file: it has `environment:`.
    Environment(Box<Topology>),
    /// A recipe file: it has `recipe:`.
    Recipe(Box<Recipe>),
}

/// Reads the bytes of a file, which must be UTF-8.
pub fn parse_bytes(file_name: &str, bytes: &[u8]) -> Result<Document, FileError> {
    parse(file_name, text_of(file_name, bytes)?)
}

/// Reads the bytes of a file and tells all that is wrong with it, in the order of the text: what can't be
/// read hides the rest, so that the list is of one then.
pub fn parse_all(file_name: &str, bytes: &[u8]) -> Result<Document, Vec<FileError>> {
    let text = text_of(file_name, bytes).map_err(|error| vec![error])?;
    match read_whole(file_name, text) {
        Ok((document, problems)) if problems.is_empty() => Ok(document),
        Ok((_, problems)) => Err(problems),
        Err(error) => Err(vec![error]),
    }
}

/// The text that bytes are.
fn text_of<'b>(file_name: &str, bytes: &'b [u8]) -> Result<&'b str, FileError> {
    too_large(file_name, bytes.len())?;
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.split(|byte| *byte == b'\n').count();
            let start = before.iter().rposition(|byte| *byte == b'\n');
            let column = 1 + String::from_utf8_lossy(&before[start.map_or(0, |at| at + 1)..])
                .chars()
                .count();
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let mark = Mark {
                line: number(line),
                column: number(column),
            };
            let problem = whole("this is not UTF-8 text; save the file as UTF-8");
            Err(refused(file_name, mark, problem))
        }
    }
}

/// Reads the text of a file. `file_name` is for errors only.
pub fn parse(file_name: &str, text: &str) -> Result<Document, FileError> {
    match parse_loosely(file_name, text)? {
        (document, None) => Ok(document),
        (_, Some(problem)) => Err(problem),
    }
}

/// Reads the text of a file as far as its values go: what it says, and what doesn't hold together in
/// it, if anything. For editors, which show also what can't be stored yet.
pub fn parse_loosely(
    file_name: &str,
    text: &str,
) -> Result<(Document, Option<FileError>), FileError> {
    let (document, problems) = read_whole(file_name, text)?;
    // One clear error: the first in the order of the text.
    Ok((document, problems.into_iter().next()))
}

/// Reads a text as far as its values go, with all that doesn't hold together in it, in its order.
fn read_whole(file_name: &str, text: &str) -> Result<(Document, Vec<FileError>), FileError> {
    too_large(file_name, text.len())?;
    let root = root_of(file_name, text, EMPTY)?;
    let read = |(mark, problem)| refused(file_name, mark, problem);
    let (document, problems) = match sort(&root).map_err(read)? {
        Sort::Environment => {
            let topology: Topology = read::read(&root).map_err(read)?;
            let problems = check::topology(&topology);
            (Document::Environment(Box::new(topology)), problems)
        }
        Sort::Recipe => {
            let recipe: Recipe = read::read(&root).map_err(read)?;
            let problems = check::recipe(&recipe);
            (Document::Recipe(Box::new(recipe)), problems)
        }
    };
    Ok((document, in_order(file_name, &root, problems)))
}

/// A text as a tree; `empty` is said where it holds nothing.
fn root_of<'t>(file_name: &str, text: &'t str, empty: &str) -> Result<tree::Node<'t>, FileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    tree::read(text)
        .map_err(|(mark, problem)| refused(file_name, mark, problem))?
        .ok_or_else(|| refused(file_name, Mark::START, whole(empty)))
}

/// All that is wrong, in the order of the text.
fn in_order(file_name: &str, root: &tree::Node<'_>, problems: Vec<Problem>) -> Vec<FileError> {
    let mut located: Vec<(Mark, Problem)> = problems
        .into_iter()
        .map(|problem| (root.locate(&problem.path), problem))
        .collect();
    // Stable: what stands at one place stays in its order.
    located.sort_by_key(|(mark, _)| *mark);
    let problems = located.into_iter();
    let problems = problems.map(|(mark, problem)| refused(file_name, mark, problem));
    problems.collect()
}

/// Writes an environment file: [`parse`] gives the same topology again.
pub fn write(topology: &Topology) -> String {
    to_yaml(topology)
}

/// Writes a recipe file: [`parse`] gives the same recipe again.
pub fn write_recipe(recipe: &Recipe) -> String {
    to_yaml(recipe)
}

fn to_yaml<T: Serialize>(value: &T) -> String {
    // Our own types serialise without fail; if one ever did not, the file says so and is refused
    // where it is read.
    serde_saphyr::to_string(value).unwrap_or_else(|error| format!("# not written: {error}\n"))
}

const EMPTY: &str = "the file is empty; begin with `environment: NAME` or `recipe: NAME`";

enum Sort {
    Environment,
    Recipe,
}

/// Which kind of document this is.
fn sort(root: &tree::Node<'_>) -> Result<Sort, (Mark, Problem)> {
    match (root.get("environment"), root.get("recipe")) {
        (Some(_), None) => Ok(Sort::Environment),
        (None, Some(_)) => Ok(Sort::Recipe),
        (Some(a), Some(b)) => Err((
            a.mark.max(b.mark),
            whole(
                "the file has both `environment:` and `recipe:`; put each into a file of its own",
            ),
        )),
        (None, None) => {
            let message = match &root.kind {
                tree::Kind::Map(_) if root.get("case").is_some() => {
                    "this is a case study, and an environment or a recipe is wanted; store it with \
                     `understudy case import`"
                }
                tree::Kind::Scalar { text, plain: true } if matches!(text.as_ref(), "" | "~") => {
                    EMPTY
                }
                tree::Kind::Map(_) => {
                    "neither `environment:` nor `recipe:` is here; begin with `environment: NAME` \
                     or `recipe: NAME`"
                }
                tree::Kind::Scalar { .. } | tree::Kind::List(_) => {
                    "this is no map of `name: value` lines; begin with `environment: NAME` or \
                     `recipe: NAME`"
                }
            };
            Err((root.mark, whole(message)))
        }
    }
}

fn too_large(file_name: &str, bytes: usize) -> Result<(), FileError> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    let message = format!(
        "the file has {bytes} bytes; {MAX_BYTES} (8 MiB) is the most that is read: leave out what \
         was observed, or split the environment"
    );
    Err(refused(file_name, Mark::START, whole(&message)))
}

/// The error where an environment file is wanted and a recipe was given.
pub fn not_an_environment(file_name: &str) -> FileError {
    let problem =
        whole("this is a recipe, and an environment is wanted: begin with `environment: NAME`");
    refused(file_name, Mark::START, problem)
}

/// A problem of the document as a whole.
fn whole(message: &str) -> Problem {
    Problem {
        path: Path::root(),
        message: message.to_owned(),
    }
}

fn refused(file_name: &str, mark: Mark, problem: Problem) -> FileError {
    let Problem { path, message } = problem;
    FileError {
        file: file_name.to_owned(),
        mark,
        field: error::shortened(&path.to_string(), 160),
        message,
    }
}
