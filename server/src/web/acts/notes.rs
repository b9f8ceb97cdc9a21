//! The form that writes a note about an environment.

use app::routes::{self, NoteForm};
use axum::response::Response;
use engine::Ask;
use engine::writings::NewWriting;
use model::name::EnvironmentName;
use plan::writings::{Note, is_link};

use super::{Answering, Back, Named, Sent, begin};
use crate::web::trouble::{Failed, bad_request};

/// The longest text of a note, in bytes.
const MAX_TEXT: usize = 16_000;

/// Writes a note, or takes it away.
pub(in crate::web) async fn note(
    answering: Answering,
    name: Named,
    form: Sent<NoteForm>,
) -> Response {
    let (back, begun) = begin(name, form, |name| Back {
        to: routes::notes(name),
        what: "the notes",
    });
    let done = match begun {
        Ok((name, form)) => write(&answering, name, form).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back).await
}

async fn write(
    answering: &Answering,
    environment: EnvironmentName,
    form: NoteForm,
) -> Result<String, Failed> {
    let request = answering.request("", None)?;
    let engine = &answering.web.engine;
    let id = Some(form.id.trim().to_owned()).filter(|id| !id.is_empty());
    let there = match &id {
        None => None,
        Some(id) => {
            let environment = engine.environment(&environment).await?;
            let notes = engine.notes(environment.id).await?;
            let mut notes = notes.into_iter();
            let found = notes.find(|(writing, _)| writing.key.name == *id);
            Some(found.map(|(_, note)| note).ok_or_else(|| {
                bad_request("The note is not there any more: somebody took it away. Write it anew.")
            })?)
        }
    };
    let since = there.map_or_else(|| engine.clock().now().date_naive(), |note| note.since);
    let text = read(form, since)?;
    if id.is_none() && text.is_none() {
        return Err(bad_request("A note says something: write what."));
    }
    let ask = Ask::Write(NewWriting::Note {
        environment: environment.clone(),
        id,
        text: text.map(Box::new),
    });
    engine.submit(request, ask).await?;
    Ok(routes::notes(&environment))
}

/// The note of a form; none where it says nothing.
fn read(form: NoteForm, since: chrono::NaiveDate) -> Result<Option<Note>, Failed> {
    let NoteForm {
        form_token: _,
        id: _,
        about,
        text,
        state,
        outcome,
        want,
        priority,
        effort,
        link,
    } = form;
    let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let Some(text) = given(text) else {
        return Ok(None);
    };
    if text.len() > MAX_TEXT {
        return Err(bad_request(format!(
            "The note has {} bytes, and {MAX_TEXT} is the most: put the rest where it is tracked, and name that.",
            text.len()
        )));
    }
    let link = given(link);
    if let Some(link) = link.as_deref().filter(|link| !is_link(link)) {
        return Err(bad_request(format!(
            "“{link}” is no address: write it whole, as in https://tracker.example.org/issues/39."
        )));
    }
    Ok(Some(Note {
        about: given(about),
        text,
        state: state.parse().map_err(bad_request)?,
        outcome: given(outcome),
        want: want.parse().map_err(bad_request)?,
        priority: priority.parse().map_err(bad_request)?,
        effort: given(effort)
            .map(|effort| effort.parse())
            .transpose()
            .map_err(bad_request)?,
        link,
        since,
    }))
}
