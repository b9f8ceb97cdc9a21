//! `collect`: has a cloud read, and tells how far that is. Whoever holds the data folder reads it.

use engine::{Ask, Engine};
use model::collection::{CloudState, HeldKind, Outcome, Progress};
use serde::Serialize;

use super::args::{CollectArgs, Format};
use super::error::CliError;
use super::follow::Workplace;
use super::output::{Look, Out, complain};
use super::up_down::request;
use super::{Done, Setup};

/// Carries the command out.
pub(super) async fn run(args: CollectArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let CollectArgs {
        cloud,
        reason,
        format,
        data,
    } = args;
    let format = format.format;
    let mut workplace = Workplace::open(&data, setup, out, format).await?;
    let ask = Ask::Collect {
        cloud: cloud.clone(),
    };
    let engine = &workplace.installation.engine;
    engine.submit(request(reason), ask).await?;
    let mut teller = Teller::new(out, format);
    let collected = workplace.work_until(async |engine: &Engine| {
        let Some(state) = engine.store().cloud(&cloud).await? else {
            return Ok(None);
        };
        if let Some(progress) = &state.progress {
            teller.tell(progress)?;
        }
        let is_over = !state.is_wanted() && state.progress.is_none();
        Ok(is_over.then_some(state))
    });
    let state = tokio::select! {
        state = collected => state?,
        interrupted = tokio::signal::ctrl_c() => {
            if interrupted.is_ok() {
                complain("interrupted", "what was known before stands as it was");
            }
            return Ok(Done::Interrupted);
        }
    };
    ended(&workplace, &state, out, format).await
}

/// What a program is told at the end.
#[derive(Serialize)]
struct Told<'s> {
    #[serde(flatten)]
    state: &'s CloudState,
    counts: Vec<(HeldKind, u64)>,
}

async fn ended(
    workplace: &Workplace,
    state: &CloudState,
    out: Out,
    format: Format,
) -> Result<Done, CliError> {
    if let Some(trouble) = &state.trouble {
        return Err(CliError::usage(format!(
            "{} could not be asked: {}; what was known before stands, and \
             `understudy cloud doctor {}` says what is wrong",
            state.name, trouble.why, state.name
        )));
    }
    let counts = workplace
        .installation
        .engine
        .store()
        .held_counts(&state.name)
        .await?;
    let counts: Vec<(HeldKind, u64)> = counts
        .into_iter()
        .map(|(kind, counts)| (kind, counts.all()))
        .collect();
    let partial = state.partial().count();
    match format {
        Format::Json => out.json_line(&Told { state, counts })?,
        Format::Text => {
            for (kind, count) in &counts {
                out.text(&format!("  {count:>7}  {}", kind.many()));
            }
            for state in &state.kinds {
                let told = match &state.outcome {
                    Outcome::Whole {
                        reach: _,
                        why: None,
                    } => continue,
                    Outcome::Whole { why: Some(why), .. } => {
                        if state.kind != HeldKind::Project {
                            // Told once: it is so for every kind.
                            continue;
                        }
                        out.paint(Look::Faint, format!("one project alone: {why}"))
                    }
                    other => {
                        let why = other.trouble().map_or("", |trouble| trouble.why.as_str());
                        let look = if state.is_partial() {
                            Look::Warning
                        } else {
                            Look::Faint
                        };
                        out.paint(
                            look,
                            format!("{}: {}: {why}", state.kind.many(), other.word()),
                        )
                    }
                };
                out.text(&told);
            }
            let number = state.newest.as_ref().map_or(0, |newest| newest.number.0);
            let what = match &state.newest {
                Some(newest) if Some(newest.at) == state.looked_at => {
                    format!("{} is collected: collection {number} is new.", state.name)
                }
                _ => format!("{} is as it was: collection {number} stands.", state.name),
            };
            out.text(&out.paint(Look::Strong, what));
        }
    }
    Ok(if partial == 0 { Done::Yes } else { Done::No })
}

/// Tells how far a collection is, once for each news.
struct Teller {
    out: Out,
    format: Format,
    said: Option<Progress>,
}

impl Teller {
    const fn new(out: Out, format: Format) -> Self {
        Self {
            out,
            format,
            said: None,
        }
    }

    fn tell(&mut self, progress: &Progress) -> Result<(), CliError> {
        if self.said.as_ref() == Some(progress) {
            return Ok(());
        }
        match self.format {
            Format::Json => self.out.json_line(progress)?,
            Format::Text => {
                if let Some((kind, count)) = progress.reading
                    && count > 0
                {
                    let of = HeldKind::ALL.len();
                    let at = progress.kinds() + 1;
                    let line = format!("{at:>2} of {of}: {} ({count} so far)", kind.many());
                    self.out.text(&self.out.paint(Look::Faint, line));
                }
            }
        }
        self.said = Some(progress.clone());
        Ok(())
    }
}
