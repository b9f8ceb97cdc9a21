//! The editor's form: says what comes of what was typed, and stores it where its button says so. A
//! plan that somebody else changed meanwhile is merged with, never written over.

mod filled;

use std::collections::BTreeMap;
use std::sync::Arc;

use app::data::{EditData, EditKnown, Merging, Open};
use app::routes;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use engine::port::StoreError;
use engine::{Ask, EngineError};
use model::edit::{Draft, EditError, Field, GroupField, ProfileField, Sent, draft};
use model::environment::Layer;
use model::id::RevisionNumber;
use model::merge::{Choices, Whose};
use model::name::{EnvironmentName, GroupName, NameError, ProfileName};
use model::topology::Topology;

use self::filled::{Filled, Wanted, read};
use super::{Answering, Back};
use crate::web::backend::{Base, Merge, Merged, Reader};
use crate::web::trouble::{Failed, bad_request};
use crate::web::who::Who;
use crate::web::{Web, answer, pages};

/// Answers the editor's form.
pub(in crate::web) async fn edit(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let filled = match form {
        Ok(Form(pairs)) => read(pairs),
        Err(error) => Err(bad_request(error.body_text())),
    };
    let mut back = Back {
        to: routes::ENVIRONMENTS.to_owned(),
        what: "the environments",
    };
    let done = match filled {
        Ok(filled) => {
            back = Back {
                to: routes::edit(&filled.environment),
                what: "the editor",
            };
            let reader = Reader::new(&answering.web, &uri);
            done(&answering, &reader, filled).await
        }
        Err(failed) => Err(failed),
    };
    match done {
        Ok(Done::Stored(environment)) => answer::see_other(&routes::environment(&environment)),
        Ok(Done::Shown(status, data)) => {
            let Answering { web, who, asked } = &answering;
            pages::edited(web, who, asked, status, *data).await
        }
        Err(failed) => answering.answer(Err(failed), back).await,
    }
}

/// What came of a form.
enum Done {
    Stored(EnvironmentName),
    Shown(StatusCode, Box<EditData>),
}

/// What the draft began with: it stays that, whatever is the newest by now.
async fn base(
    reader: &Reader,
    environment: &EnvironmentName,
    from: Option<RevisionNumber>,
) -> Result<Base, Failed> {
    if let Some(number) = from {
        let planned = reader.planned_at(environment, number).await?;
        return Ok(Base {
            known: EditKnown::Planned(number),
            begins: planned.clone(),
            planned: Some(planned),
            around: Arc::clone(reader.around().await?),
        });
    }
    let mut base = reader.base_of_edit(environment, None).await?;
    if base.planned.take().is_some() {
        // Somebody else's first plan came in between.
        base.known = EditKnown::New;
    }
    Ok(base)
}

/// A form being answered.
struct Editing<'a> {
    answering: &'a Answering,
    reader: &'a Reader,
    environment: EnvironmentName,
    base: Base,
    open: Option<Open>,
    comment: String,
}

/// What two changes are merged by, as a form has it.
struct Chosen {
    before: RevisionNumber,
    theirs: RevisionNumber,
    /// By what the contradiction is about.
    choices: BTreeMap<String, Whose>,
    /// Whether they are to be merged by that now.
    finish: bool,
}

async fn done(answering: &Answering, reader: &Reader, filled: Filled) -> Result<Done, Failed> {
    let Filled {
        environment,
        base: from,
        sent,
        open,
        comment,
        wanted,
        merging,
        chosen,
    } = filled;
    let base = base(reader, &environment, from).await?;
    let mut drafted = draft(base.planned.as_ref(), &sent);
    if let Some(topology) = &drafted.topology {
        let refused = about_another(&environment, topology);
        drafted.refused.extend(refused);
    }
    let editing = Editing {
        answering,
        reader,
        environment,
        base,
        open: followed(open, &sent),
        comment,
    };
    match (&wanted, merging) {
        (Wanted::Show, None) => Ok(editing.show(StatusCode::OK, drafted)),
        (Wanted::Save, None) => editing.save(drafted).await,
        (Wanted::Merge | Wanted::Show | Wanted::Save, Some((before, theirs))) => {
            let by = Chosen {
                before,
                theirs,
                choices: chosen,
                finish: matches!(wanted, Wanted::Merge),
            };
            editing.merge(drafted, by).await
        }
        (Wanted::Merge, None) => Err(bad_request("There is nothing to be merged.")),
    }
}

impl Editing<'_> {
    fn data(&self, base: &Base, drafted: Draft) -> EditData {
        let mut data = Reader::judged(&self.environment, base, drafted);
        data.open.clone_from(&self.open);
        data.comment.clone_from(&self.comment);
        data
    }

    fn show(&self, status: StatusCode, drafted: Draft) -> Done {
        shown(status, self.data(&self.base, drafted))
    }

    async fn save(self, drafted: Draft) -> Result<Done, Failed> {
        let whole = drafted.problem.is_none() && drafted.refused.is_empty();
        let Some(topology) = drafted.topology.clone().filter(|_| whole) else {
            return Ok(self.show(StatusCode::BAD_REQUEST, drafted));
        };
        let from = self.base.known.base();
        let request = self.answering.request(&self.comment, None)?;
        let ask = Ask::Edit {
            topology: Box::new(topology.clone()),
            from,
        };
        match self.answering.web.engine.submit(request, ask).await {
            Ok(_) => Ok(Done::Stored(self.environment)),
            Err(EngineError::Store(StoreError::Moved)) => self.moved(drafted, &topology).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Somebody else saved meanwhile: both changes are put together.
    async fn moved(self, drafted: Draft, topology: &Topology) -> Result<Done, Failed> {
        let newest = self.reader.base_of_edit(&self.environment, None).await?;
        let (Some(base), EditKnown::Planned(theirs)) = (self.base.known.base(), newest.known)
        else {
            // Two first plans have nothing in common that they could be merged by.
            let mut data = self.data(&self.base, drafted);
            data.trouble = Some(Failed::from(StoreError::Moved).trouble);
            return Ok(shown(StatusCode::CONFLICT, data));
        };
        let by = Merge {
            base,
            theirs,
            choices: &Choices::new(),
        };
        let merged = self.reader.merged(&self.environment, topology, &by).await?;
        let (mut data, todo) = match merged {
            Merged::Whole(draft) => (
                self.data(&newest, *draft),
                "Both changes are in this draft now: look at it, then save again.",
            ),
            Merged::Open(merging) => {
                let mut data = self.data(&self.base, drafted);
                data.merging = Some(merging);
                (data, "Nothing of either change is lost: choose below.")
            }
        };
        data.notice = Some(format!(
            "Somebody saved revision {theirs} meanwhile. {todo}"
        ));
        Ok(shown(StatusCode::CONFLICT, data))
    }

    async fn merge(self, drafted: Draft, chosen: Chosen) -> Result<Done, Failed> {
        let Chosen {
            before,
            theirs,
            choices: chosen,
            finish,
        } = chosen;
        let none = Choices::new();
        let by = Merge {
            base: before,
            theirs,
            choices: &none,
        };
        let Some(topology) = drafted.topology.clone() else {
            // It is still to be merged, once the text can be read again.
            let mut data = self.data(&self.base, drafted);
            data.merging = Some(Merging {
                base: before,
                theirs,
                conflicts: Vec::new(),
            });
            return Ok(shown(StatusCode::BAD_REQUEST, data));
        };
        // Which contradictions there are, and then what was chosen for them.
        let mut merging = match self
            .reader
            .merged(&self.environment, &topology, &by)
            .await?
        {
            Merged::Whole(draft) => return self.merged(drafted, *draft, theirs).await,
            Merged::Open(merging) => merging,
        };
        for (conflict, choice) in &mut merging.conflicts {
            *choice = chosen.get(&conflict.place.to_string()).copied();
        }
        if finish {
            let choices: Choices = merging
                .conflicts
                .iter()
                .filter_map(|(conflict, choice)| Some((conflict.place.clone(), (*choice)?)))
                .collect();
            let by = Merge {
                choices: &choices,
                ..by
            };
            match self
                .reader
                .merged(&self.environment, &topology, &by)
                .await?
            {
                Merged::Whole(draft) => return self.merged(drafted, *draft, theirs).await,
                Merged::Open(open) => merging = open,
            }
        }
        let mut data = self.data(&self.base, drafted);
        data.merging = Some(merging);
        Ok(shown(StatusCode::OK, data))
    }

    /// Both changes in one draft. What was refused on the way is still told.
    async fn merged(
        self,
        drafted: Draft,
        mut draft: Draft,
        theirs: RevisionNumber,
    ) -> Result<Done, Failed> {
        draft.refused = drafted.refused;
        // What a newer revision was merged into begins with that one, which may not be the newest
        // any more; what was taken back begins where it did.
        let newer = self.base.known.base().is_none_or(|base| theirs > base);
        let theirs = if newer {
            Some(base(self.reader, &self.environment, Some(theirs)).await?)
        } else {
            None
        };
        let mut data = self.data(theirs.as_ref().unwrap_or(&self.base), draft);
        data.notice = Some("Both are in this draft now: look at it, then save.".to_owned());
        Ok(shown(StatusCode::OK, data))
    }
}

/// The part that is open, also where it is called otherwise now.
fn followed(open: Option<Open>, sent: &Sent) -> Option<Open> {
    let renamed = |field: Result<Field, NameError>| {
        let name = sent.fields.get(&field.ok()?)?.trim();
        Some(name.to_owned())
    };
    match open {
        Some(Open::Group(name)) => {
            let field = GroupName::new(&name).map(|name| Field::Group(name, GroupField::Name));
            Some(Open::Group(renamed(field).unwrap_or(name)))
        }
        Some(Open::Profile(name)) => {
            let field =
                ProfileName::new(&name).map(|name| Field::Profile(name, ProfileField::Name));
            Some(Open::Profile(renamed(field).unwrap_or(name)))
        }
        open @ (Some(Open::Flavors) | None) => open,
    }
}

fn shown(status: StatusCode, data: EditData) -> Done {
    Done::Shown(status, Box::new(data))
}

/// The editor edits the plan of one environment: why a text about something else is refused.
fn about_another(environment: &EnvironmentName, topology: &Topology) -> Vec<EditError> {
    let other = (topology.environment != *environment).then(|| {
        EditError(format!(
            "the text is about `{}`, and this is the plan of `{environment}`: write that, or plan an environment of that name",
            topology.environment
        ))
    });
    let observed = match topology.layer {
        Layer::Planned => None,
        Layer::Observed => Some(EditError(
            "a plan can't be `layer: observed`: leave that line out".to_owned(),
        )),
    };
    other.into_iter().chain(observed).collect()
}
