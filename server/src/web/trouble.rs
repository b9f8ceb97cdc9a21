//! What went wrong, for whoever asked: the status of the answer, what happened, why, what to do.
//! Details that only help whoever runs the server go to the log, and nothing else does.

use app::backend::PageError;
use axum::http::StatusCode;
use engine::EngineError;
use engine::port::{CloudError, StoreError};
use model::operation::Trouble;

/// Something that went wrong, with the status of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) status: StatusCode,
    pub(super) trouble: Trouble,
}

/// A failure in words.
pub(super) fn failed(
    status: StatusCode,
    what: impl Into<String>,
    why: impl Into<String>,
    todo: impl Into<String>,
) -> Failed {
    Failed {
        status,
        trouble: Trouble {
            what: what.into(),
            why: why.into(),
            todo: todo.into(),
        },
    }
}

/// A value that was asked for makes no sense.
pub(super) fn bad_request(why: impl Into<String>) -> Failed {
    failed(
        StatusCode::BAD_REQUEST,
        "This can’t be understood",
        why,
        "Correct it and ask again.",
    )
}

/// There is no such thing; `what` without its article: `environment “x”`.
pub(super) fn not_found(what: &str) -> Failed {
    failed(
        StatusCode::NOT_FOUND,
        format!("There is no {what}"),
        "It may have been renamed or destroyed, or never existed.",
        "Choose one from the list.",
    )
}

/// Splits our own sentences, which say what to do behind the first colon.
fn split(text: &str, otherwise: &str) -> (String, String) {
    match text.rsplit_once(": ") {
        Some((why, todo)) => (why.to_owned(), capital(todo)),
        None => (text.to_owned(), otherwise.to_owned()),
    }
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let mut text: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        let text = error.to_string();
        match error {
            StoreError::NameTaken(name) => failed(
                StatusCode::CONFLICT,
                format!("The name {name} is taken"),
                "Another environment is called so.",
                "Choose another name, or destroy that one first.",
            ),
            StoreError::Busy {
                environment,
                operation: _,
            } => failed(
                StatusCode::CONFLICT,
                format!("{environment} is being changed right now"),
                "Another operation is under way.",
                "Wait until it ends, then try again.",
            ),
            StoreError::Reserved { .. } => failed(
                StatusCode::CONFLICT,
                "It does not fit beside what is already under way",
                text,
                "Wait until that ends, free some, or make a smaller copy.",
            ),
            StoreError::Moved => failed(
                StatusCode::CONFLICT,
                "Somebody else was quicker",
                "Something was written meanwhile that this was worked out without.",
                "Look at it again, then try once more.",
            ),
            StoreError::Missing(what) => {
                let (what, todo) = split(&what, "Choose one from the list.");
                failed(
                    StatusCode::NOT_FOUND,
                    format!("There is no {what}"),
                    "It may be gone, or never existed.",
                    todo,
                )
            }
            error @ (StoreError::Fenced
            | StoreError::Newer { .. }
            | StoreError::BadData { .. }
            | StoreError::Database(_)) => {
                tracing::error!(%error, "the store failed");
                failed(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The data can’t be read or written right now",
                    text,
                    "Try again in a moment; if it stays so, whoever runs the server finds the details in its log.",
                )
            }
        }
    }
}

impl From<CloudError> for Failed {
    fn from(error: CloudError) -> Self {
        failed(
            StatusCode::BAD_GATEWAY,
            "The cloud did not answer as it should",
            error.to_string(),
            "Try again in a moment; if it stays so, ask whoever runs the cloud.",
        )
    }
}

impl From<EngineError> for Failed {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Cloud(error) => error.into(),
            EngineError::NoEnvironment(name) => not_found(&format!("environment “{name}”")),
            EngineError::NoRecipe(name) => failed(
                StatusCode::NOT_FOUND,
                format!("There is no recipe “{name}”"),
                "Nobody has imported one of this name.",
                "Import its file, or choose another.",
            ),
            EngineError::NoCloud { name, known } => failed(
                StatusCode::NOT_FOUND,
                format!("There is no cloud called {name}"),
                format!("The known ones are {known}."),
                "Describe it in clouds.yaml, or correct the name.",
            ),
            EngineError::NoState(..) | EngineError::OnNoCloud(_) => {
                let (why, todo) = split(&text, "Correct its file and import it.");
                failed(StatusCode::CONFLICT, "It can’t be planned", why, todo)
            }
            EngineError::NoInstance(..) | EngineError::NotThere(..) => {
                let (why, todo) = split(&text, "Look at how it is now.");
                failed(
                    StatusCode::CONFLICT,
                    "This instance can’t be stopped or started",
                    why,
                    todo,
                )
            }
            EngineError::Protected(name) => failed(
                StatusCode::FORBIDDEN,
                format!("{name} is protected"),
                "Nobody can change it through Understudy until approvals exist.",
                "Work on a copy of it.",
            ),
            EngineError::NotBuildable {
                environment,
                obstacles,
            } => {
                let why: Vec<String> = obstacles.iter().map(ToString::to_string).collect();
                failed(
                    StatusCode::CONFLICT,
                    format!("{environment} can’t be built yet"),
                    why.join("; "),
                    "Supply what is missing in the file or in the recipe.",
                )
            }
            EngineError::ProofFailed(proof) => {
                let why: Vec<String> = proof
                    .checks
                    .iter()
                    .filter(|check| check.verdict == plan::proof::Verdict::Failed)
                    .map(|check| match &check.why {
                        Some(why) => format!("{}: {why}", check.what),
                        None => check.what.clone(),
                    })
                    .collect();
                failed(
                    StatusCode::CONFLICT,
                    "The plan does not fit",
                    why.join("; "),
                    "Free some, ask for a larger quota, or make a smaller copy.",
                )
            }
            EngineError::Lease(why) => {
                let (why, todo) = split(&why, "Choose another time.");
                failed(StatusCode::CONFLICT, "That time is not possible", why, todo)
            }
            EngineError::Reservation(error) => {
                let (why, todo) = split(&error.to_string(), "Correct it, and send it again.");
                failed(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "This can’t be reserved",
                    why,
                    todo,
                )
            }
            EngineError::PreviewOutdated { seen, now } => failed(
                StatusCode::CONFLICT,
                "Reality has changed since the preview",
                format!(
                    "The plan that was shown is {}, the plan would now be {}.",
                    short(&seen),
                    short(&now)
                ),
                "Look at the preview again, then start it.",
            ),
            EngineError::ForeignServers {
                environment,
                servers,
            } => failed(
                StatusCode::CONFLICT,
                format!("{environment} can’t be brought up"),
                format!(
                    "Servers stand there that Understudy did not make, and it would make each a \
                     second time: {}. It changes and removes only what it made.",
                    servers.join(", ")
                ),
                "Take the assignment back, or plan without them.",
            ),
            EngineError::NotForeign { server, owner } => failed(
                StatusCode::CONFLICT,
                format!("{server} can’t be assigned"),
                format!("It is {}.", owner.meaning()),
                "Leave it out.",
            ),
            EngineError::Place(error) => {
                let (why, todo) = split(&error.to_string(), "Choose another place.");
                failed(
                    StatusCode::CONFLICT,
                    "The servers were not assigned",
                    why,
                    todo,
                )
            }
            EngineError::NothingAssigned(what) => failed(
                StatusCode::CONFLICT,
                "There is nothing to take back",
                format!("Nothing was said of {what}."),
                "Look at how it is now.",
            ),
            EngineError::NotStopped(state) => failed(
                StatusCode::CONFLICT,
                "This operation can’t be taken up again",
                format!("It is {state}, and only a stopped one can."),
                "Look at how it is now.",
            ),
            EngineError::NoKey(why) => {
                let (why, todo) = split(&why, "Look at the environment’s keys.");
                failed(StatusCode::NOT_FOUND, "There is no such key", why, todo)
            }
            EngineError::NoConsole { .. } => {
                let (why, _) = split(&text, "");
                failed(
                    StatusCode::NOT_FOUND,
                    "There is no console",
                    why,
                    "Bring the environment up first.",
                )
            }
            EngineError::NotRendered(error) => {
                tracing::error!(%error, "what instances are told could not be written");
                failed(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Nothing was changed",
                    text,
                    "Report it: it is a mistake of Understudy’s.",
                )
            }
            EngineError::Copy(_) | EngineError::Plan(_) => {
                let (why, todo) = split(&text, "Correct the file or the recipe.");
                failed(StatusCode::CONFLICT, "No plan can be made", why, todo)
            }
        }
    }
}

/// Enough of a plan's hash for a person to tell two apart.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

impl From<Failed> for PageError {
    fn from(failed: Failed) -> Self {
        let Failed { status, trouble } = failed;
        match status {
            StatusCode::NOT_FOUND => Self::NotFound(
                trouble
                    .what
                    .strip_prefix("There is no ")
                    .unwrap_or(&trouble.what)
                    .to_owned(),
            ),
            StatusCode::FORBIDDEN => Self::Forbidden(trouble.to_string()),
            StatusCode::BAD_REQUEST => Self::BadRequest(trouble.why),
            _ => Self::Unavailable(trouble),
        }
    }
}

impl From<PageError> for Failed {
    fn from(error: PageError) -> Self {
        match error {
            PageError::NotFound(what) => not_found(&what),
            PageError::Forbidden(why) => failed(
                StatusCode::FORBIDDEN,
                "This is not allowed",
                why,
                "Ask whoever answers for it.",
            ),
            PageError::BadRequest(why) => bad_request(why),
            PageError::Unavailable(trouble) => Self {
                status: StatusCode::SERVICE_UNAVAILABLE,
                trouble,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_to_do_is_told_apart_from_why() {
        let error =
            EngineError::Lease("x may live until noon at most: choose an earlier time".into());
        let Failed { status, trouble } = error.into();
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(trouble.why, "x may live until noon at most");
        assert_eq!(trouble.todo, "Choose an earlier time.");
    }

    #[test]
    fn a_page_that_is_not_there_reads_as_one_sentence() {
        let error: PageError = Failed::from(EngineError::NoEnvironment("x".into())).into();
        assert_eq!(error.to_string(), "there is no environment “x”");
    }
}
