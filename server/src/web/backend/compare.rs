//! The comparison of any two states, or three: what is stored, files that were brought a while ago, and
//! files that come with the question. It keeps nothing and reads no cloud.

mod relation;

use std::sync::Arc;

use app::data::{
    Age, ChoiceState, CompareChoice, CompareData, CompareOrigin, CompareSide, Comparison, Third,
};
use app::routes::{CompareAsk, CompareBy, CompareSizing, EnvironmentAsk, FILE};
use axum::http::StatusCode;
use engine::files::{FileHash, KEPT_HOURS, KeptFile, MOST_KEPT};
use futures::future::try_join;
use model::count::Sizing;
use model::diff::three_way;
use model::environment::{Environment, Layer, Revision};
use model::file::{Document, parse};
use model::id::RevisionNumber;
use model::name::EnvironmentName;
use model::resolved::Resolved;
use model::topology::Topology;
use plan::capacity::{capacity_of, totals};
use plan::comparison;
use plan::explain::explained;
use plan::state::State;

use self::relation::Known;
use super::{Failed, Reader};
use crate::web::trouble::{bad_request, failed};

/// A side as it is written: `name`, `name@revision`, either with `:observed` or `:planned` behind, or
/// `file:HASH`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum SideAsk {
    Stored {
        name: EnvironmentName,
        ask: EnvironmentAsk,
    },
    File(FileHash),
}

impl SideAsk {
    fn read(text: &str) -> Result<Self, Failed> {
        // An environment may be called `file` too, and its layers are no hashes.
        if let Some(hash) = text.strip_prefix(FILE).and_then(|hash| hash.parse().ok()) {
            return Ok(Self::File(hash));
        }
        let (text, layer) = match text.rsplit_once(':') {
            Some((rest, layer)) => (rest, Some(layer.parse::<Layer>().map_err(bad_request)?)),
            None => (text, None),
        };
        let (name, revision) = match text.rsplit_once('@') {
            Some((rest, number)) => {
                let number = number.parse().map_err(|_| {
                    bad_request(format!(
                        "“{number}” is no revision: write its number, as in {rest}@2."
                    ))
                })?;
                (rest, Some(RevisionNumber(number)))
            }
            None => (text, None),
        };
        let name = EnvironmentName::new(name).map_err(|error| bad_request(error.to_string()))?;
        Ok(Self::Stored {
            name,
            ask: EnvironmentAsk { layer, revision },
        })
    }
}

/// One side of a question.
pub(in crate::web) enum Given {
    /// As an address names it.
    Named(String),
    /// A file that came with the question.
    File(Arc<Topology>),
}

/// What is compared, and how.
pub(in crate::web) struct Question {
    pub(in crate::web) a: Given,
    pub(in crate::web) b: Given,
    pub(in crate::web) c: Option<Given>,
    pub(in crate::web) by: CompareBy,
    pub(in crate::web) sizing: CompareSizing,
}

impl Question {
    /// As an address asks it.
    pub(in crate::web) fn of(ask: &CompareAsk) -> Result<Self, Failed> {
        let named = |side: &Option<String>| side.clone().map(Given::Named);
        let (Some(a), Some(b)) = (named(&ask.a), named(&ask.b)) else {
            return Err(bad_request(
                "Two states are compared: name them as a and b, as in ?a=production-2013&b=production-2014.",
            ));
        };
        Ok(Self {
            a,
            b,
            c: named(&ask.c),
            by: ask.by,
            sizing: ask.sizing,
        })
    }
}

/// A state with what it is of.
struct Side {
    origin: Origin,
    topology: Arc<Topology>,
    /// What it resolves to, where that is compared.
    resolved: Option<Arc<Resolved>>,
}

impl Side {
    fn new(origin: Origin, topology: impl Into<Arc<Topology>>) -> Self {
        Self {
            origin,
            topology: topology.into(),
            resolved: None,
        }
    }

    fn state<'s>(&'s self, sizing: &'s Sizing) -> State<'s> {
        match &self.resolved {
            Some(resolved) => State::known(&self.topology, sizing, Arc::clone(resolved)),
            None => State::new(&self.topology, sizing),
        }
    }
}

/// Where a state is from.
enum Origin {
    Stored {
        environment: Environment,
        revision: Revision,
        seen: Option<Age>,
    },
    File {
        /// None where it came with the question.
        kept: Option<KeptFile>,
    },
}

impl Reader {
    pub(super) async fn read_comparison(&self, ask: &CompareAsk) -> Result<CompareData, Failed> {
        let outcome = match (&ask.a, &ask.b) {
            (Some(_), Some(_)) => Some(
                compared(self, &Question::of(ask)?)
                    .await
                    .map(Box::new)
                    .map_err(|failed| failed.trouble),
            ),
            (_, None) | (None, _) => None,
        };
        let mut choices = self.choices().await?;
        // A revision that is not the newest stays chosen, and so does a file.
        if let Some(Ok(comparison)) = &outcome {
            let third = comparison.third.as_ref().map(|third| &third.side);
            let sides = [
                (&ask.a, Some(&comparison.a)),
                (&ask.b, Some(&comparison.b)),
                (&ask.c, third),
            ];
            for (text, side) in sides {
                let (Some(text), Some(side)) = (text, side) else {
                    continue;
                };
                if choices.iter().any(|choice| choice.value == *text) {
                    continue;
                }
                choices.push(CompareChoice {
                    value: text.clone(),
                    kind: side.kind,
                    state: match &side.origin {
                        CompareOrigin::Stored {
                            layer, revision, ..
                        } => ChoiceState::Revision(*layer, *revision),
                        CompareOrigin::File { name, .. } => ChoiceState::File {
                            name: name.clone(),
                            environment: side.environment.clone(),
                        },
                    },
                });
            }
        }
        Ok(CompareData {
            ask: ask.clone(),
            choices,
            outcome,
            brought: Vec::new(),
        })
    }

    /// The newest state of each layer of each environment.
    pub(in crate::web) async fn choices(&self) -> Result<Vec<CompareChoice>, Failed> {
        let environments = self.environments().await?.iter();
        Ok(environments.flat_map(choices_of).collect())
    }

    /// A side of a question.
    async fn side(&self, given: &Given, question: &Question) -> Result<Side, Failed> {
        let mut side = match given {
            Given::File(topology) => Side::new(Origin::File { kept: None }, Arc::clone(topology)),
            Given::Named(text) => match SideAsk::read(text)? {
                SideAsk::Stored { name, ask } => self.stored_side(&name, &ask).await?,
                SideAsk::File(hash) => self.kept_side(&hash).await?,
            },
        };
        self.resolve(&mut side, question).await?;
        Ok(side)
    }

    /// Works out what a side resolves to, where that is compared.
    async fn resolve(&self, side: &mut Side, question: &Question) -> Result<(), Failed> {
        if question.by == CompareBy::Instance {
            let revision = match &side.origin {
                Origin::Stored { revision, .. } => Some(revision),
                Origin::File { .. } => None,
            };
            let resolved = self.resolved(revision, &side.topology, question.sizing);
            side.resolved = Some(resolved.await?);
        }
        Ok(())
    }

    async fn stored_side(
        &self,
        name: &EnvironmentName,
        ask: &EnvironmentAsk,
    ) -> Result<Side, Failed> {
        let environment = self.environment_of(name).await?;
        let (revision, topology) = self.state_of(&environment, ask).await?;
        let newest =
            revision.layer == Layer::Observed && environment.observed == Some(revision.number);
        let seen = if newest {
            self.seen(&environment).await?
        } else {
            None
        };
        let origin = Origin::Stored {
            environment,
            revision,
            seen,
        };
        Ok(Side::new(origin, topology))
    }

    async fn kept_side(&self, hash: &FileHash) -> Result<Side, Failed> {
        let gone = || {
            failed(
                StatusCode::GONE,
                "The file is no longer here",
                format!(
                    "A file that is brought to be compared is kept for {KEPT_HOURS} hours, and the \
                     {MOST_KEPT} that were brought last. This one is older, or others came after it."
                ),
                "Choose it once more: the same file gets the same address again.",
            )
        };
        let kept = self.engine().kept_file(hash).await?.ok_or_else(gone)?;
        // It was read before it was kept; a newer Understudy may read otherwise.
        match parse(&kept.name, &kept.text) {
            Ok(Document::Environment(topology)) => {
                Ok(Side::new(Origin::File { kept: Some(kept) }, topology))
            }
            Ok(Document::Recipe(_)) => Err(gone()),
            Err(error) => Err(bad_request(error.to_string())),
        }
    }
}

/// The newest state of each layer; the layer is named where there are both.
fn choices_of(environment: &Environment) -> Vec<CompareChoice> {
    let choice = |layer: Layer, value: String| CompareChoice {
        value,
        kind: environment.kind,
        state: ChoiceState::Newest(layer),
    };
    let name = environment.name.to_string();
    match (environment.planned, environment.observed) {
        (None, None) => Vec::new(),
        (Some(_), None) => vec![choice(Layer::Planned, name)],
        (None, Some(_)) => vec![choice(Layer::Observed, name)],
        (Some(_), Some(_)) => vec![
            choice(Layer::Planned, name.clone()),
            choice(Layer::Observed, format!("{name}:observed")),
        ],
    }
}

/// The states of a question, compared.
pub(in crate::web) async fn compared(
    reader: &Reader,
    question: &Question,
) -> Result<Comparison, Failed> {
    let sizing = question.sizing.sizing();
    let sides = try_join(
        reader.side(&question.a, question),
        reader.side(&question.b, question),
    );
    let (a, b) = sides.await?;
    let report = comparison::compared(&a.state(&sizing), &b.state(&sizing), question.by);
    let Known {
        relation,
        said,
        decided,
    } = Known::of(reader, &a, &b, question).await?;
    let explained = explained(&report, &relation, &said, &decided);
    let third = match &question.c {
        None => None,
        Some(c) => {
            let c = reader.side(c, question).await?;
            let other = comparison::compared(&a.state(&sizing), &c.state(&sizing), question.by);
            Some(Third {
                side: shown(&c, question),
                rows: three_way(&report, &other),
            })
        }
    };
    Ok(Comparison {
        a: shown(&a, question),
        b: shown(&b, question),
        report,
        explained,
        third,
    })
}

fn shown(side: &Side, question: &Question) -> CompareSide {
    let Side {
        origin,
        topology,
        resolved: _,
    } = side;
    let (environment, kind, origin) = match origin {
        Origin::Stored {
            environment,
            revision,
            seen,
        } => (
            environment.name.clone(),
            environment.kind,
            CompareOrigin::Stored {
                layer: revision.layer,
                revision: revision.number,
                at: revision.at,
                observed: *seen,
            },
        ),
        Origin::File { kept } => (
            topology.environment.clone(),
            topology.kind,
            CompareOrigin::File {
                name: match kept {
                    Some(kept) => kept.name.clone(),
                    None => "a file".to_owned(),
                },
                until: kept.as_ref().map(KeptFile::until),
            },
        ),
    };
    CompareSide {
        environment,
        kind,
        origin,
        capacity: capacity_of(topology),
        totals: totals(topology, &question.sizing.sizing(), None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_side_names_environment_revision_and_layer_or_a_file() {
        let read = |text| match SideAsk::read(text).unwrap() {
            SideAsk::Stored { name, ask } => {
                (name.to_string(), ask.revision.map(|n| n.0), ask.layer)
            }
            SideAsk::File(hash) => (hash.to_string(), None, None),
        };
        assert_eq!(read("a"), ("a".into(), None, None));
        assert_eq!(read("a@2"), ("a".into(), Some(2), None));
        assert_eq!(
            read("a@2:observed"),
            ("a".into(), Some(2), Some(Layer::Observed))
        );
        assert_eq!(read("a:planned"), ("a".into(), None, Some(Layer::Planned)));
        assert_eq!(
            read("file:observed"),
            ("file".into(), None, Some(Layer::Observed))
        );
        let hash = FileHash::of("a").to_string();
        assert_eq!(read(&format!("file:{hash}")), (hash, None, None));
        assert!(
            SideAsk::read("a@x")
                .unwrap_err()
                .trouble
                .why
                .contains("“x”")
        );
        assert!(SideAsk::read("a:moon").is_err());
        assert!(SideAsk::read("file:0123").is_err());
        assert!(SideAsk::read("A b").is_err());
    }
}
