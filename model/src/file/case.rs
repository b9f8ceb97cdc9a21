//! Case files: read as environment files are, with the place of what is wrong. A topology that is
//! written elsewhere is somebody else's to find; nothing here opens a file.

use super::error::FileError;
use super::{check, in_order, read, refused, root_of, text_of, to_yaml, whole};
use crate::case::{CaseFile, CaseStudy, Stated};
use crate::topology::Topology;

const EMPTY: &str = "the file is empty; begin with `case: NAME`";
const NO_CASE: &str = "no `case:` is here, and a case study is wanted; begin with `case: NAME`";

/// Where a case file says that its topology is; nothing where it is in the file itself.
pub fn case_elsewhere(file_name: &str, bytes: &[u8]) -> Result<Option<String>, FileError> {
    let (file, _) = parse(file_name, text_of(file_name, bytes)?)?;
    Ok(match file.topology {
        Stated::Here(_) => None,
        Stated::Elsewhere(name) => Some(name),
    })
}

/// Reads a case study from its file. `elsewhere` is the topology that [`case_elsewhere`] told of.
pub fn case_study(
    file_name: &str,
    bytes: &[u8],
    elsewhere: Option<Topology>,
) -> Result<CaseStudy, FileError> {
    let (mut file, root) = parse(file_name, text_of(file_name, bytes)?)?;
    let path = check::topology_of_case();
    let stated = std::mem::replace(&mut file.topology, Stated::Elsewhere(String::new()));
    let topology = match (stated, elsewhere) {
        (Stated::Here(topology), _) => *topology,
        (Stated::Elsewhere(_), Some(topology)) => topology,
        (Stated::Elsewhere(name), None) => {
            let mark = root.locate(&path);
            let message = format!(
                "the topology is in `{}`, which can't be read from here; write it into this file",
                super::error::shortened(&name, 80)
            );
            return Err(refused(file_name, mark, super::Problem { path, message }));
        }
    };
    let study = file.with(topology);
    let wrong = in_order(file_name, &root, check::case(&study));
    match wrong.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(study),
    }
}

/// Writes a case file with its topology in it: [`case_study`] gives the same again.
pub fn write_case(study: &CaseStudy) -> String {
    to_yaml(study)
}

fn parse<'t>(
    file_name: &str,
    text: &'t str,
) -> Result<(CaseFile, super::tree::Node<'t>), FileError> {
    let root = root_of(file_name, text, EMPTY)?;
    if root.get("case").is_none() {
        return Err(refused(file_name, root.mark, whole(NO_CASE)));
    }
    let read = read::read(&root);
    let file = read.map_err(|(mark, problem)| refused(file_name, mark, problem))?;
    Ok((file, root))
}
