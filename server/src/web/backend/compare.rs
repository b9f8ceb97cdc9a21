//! The comparison of any two states.

use app::data::{Age, CompareChoice, CompareData, CompareSide, Comparison, Third};
use app::routes::{CompareAsk, CompareBy, EnvironmentAsk};
use model::act::Act;
use model::diff::{self, DiffReport, comparable_items, diff_items, diff_resolved, three_way};
use model::environment::{Environment, Layer, Revision};
use model::id::RevisionNumber;
use model::name::EnvironmentName;
use model::recipe::Recipe;
use model::resolved::resolve;
use model::topology::Topology;
use plan::capacity::{capacity_of, totals};
use plan::explain::{Decided, Relation, explained};

use super::{Failed, Reader};
use crate::web::trouble::bad_request;

/// A side as it is written: `name`, `name@revision`, either with `:observed` or `:planned` behind.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SideAsk {
    name: EnvironmentName,
    ask: EnvironmentAsk,
}

impl SideAsk {
    fn read(text: &str) -> Result<Self, Failed> {
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
        Ok(Self {
            name,
            ask: EnvironmentAsk { layer, revision },
        })
    }
}

/// A state with what it is of.
struct Side {
    seen: Option<Age>,
    environment: Environment,
    revision: Revision,
    topology: Topology,
}

impl Reader {
    pub(super) async fn read_comparison(&self, ask: &CompareAsk) -> Result<CompareData, Failed> {
        let outcome = match (&ask.a, &ask.b) {
            (Some(_), Some(_)) => Some(
                compared(self, ask)
                    .await
                    .map(Box::new)
                    .map_err(|failed| failed.trouble),
            ),
            (_, None) | (None, _) => None,
        };
        let mut choices = Vec::new();
        for environment in self.environments().await? {
            choices.extend(choices_of(environment));
        }
        // A revision that is not the newest stays chosen.
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
                    layer: side.layer,
                    revision: Some(side.revision),
                });
            }
        }
        Ok(CompareData {
            ask: ask.clone(),
            choices,
            outcome,
        })
    }

    async fn side(&self, text: &str) -> Result<Side, Failed> {
        let SideAsk { name, ask } = SideAsk::read(text)?;
        let environment = self.environment_of(&name).await?;
        let (revision, topology) = self.state_of(&environment, &ask).await?;
        let newest =
            revision.layer == Layer::Observed && environment.observed == Some(revision.number);
        let seen = if newest {
            self.seen(&environment).await?
        } else {
            None
        };
        Ok(Side {
            seen,
            environment,
            revision,
            topology,
        })
    }
}

/// The newest state of each layer; the layer is named where there are both.
fn choices_of(environment: &Environment) -> Vec<CompareChoice> {
    let choice = |layer: Layer, value: String| CompareChoice {
        value,
        kind: environment.kind,
        layer,
        revision: None,
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

/// The states that an ask names, compared.
pub(in crate::web) async fn compared(
    reader: &Reader,
    ask: &CompareAsk,
) -> Result<Comparison, Failed> {
    let (Some(a), Some(b)) = (&ask.a, &ask.b) else {
        return Err(bad_request(
            "Two states are compared: name them as a and b, as in ?a=production-2013&b=production-2014.",
        ));
    };
    let (a, b) = (reader.side(a).await?, reader.side(b).await?);
    let report = report(&a.topology, &b.topology, ask);
    let relation = relation(reader, &a, &b, ask).await?;
    let said = reader.engine().said(a.environment.id, b.environment.id);
    let decided = decided(reader, &a, &b).await?;
    let explained = explained(&report, &relation, &said.await?, &decided);
    let third = match &ask.c {
        None => None,
        Some(c) => {
            let c = reader.side(c).await?;
            let other = self::report(&a.topology, &c.topology, ask);
            Some(Third {
                side: shown(&c, ask),
                rows: three_way(&report, &other),
            })
        }
    };
    Ok(Comparison {
        a: shown(&a, ask),
        b: shown(&b, ask),
        report,
        explained,
        third,
    })
}

/// What was decided of either environment.
async fn decided(reader: &Reader, a: &Side, b: &Side) -> Result<Vec<Decided>, Failed> {
    let mut decided = Vec::new();
    for (side, which) in [(a, diff::Side::Before), (b, diff::Side::After)] {
        let notes = reader.engine().notes(side.environment.id).await?;
        decided.extend(
            notes
                .iter()
                .filter_map(|(_, note)| Decided::by(note, which)),
        );
    }
    Ok(decided)
}

fn shown(side: &Side, ask: &CompareAsk) -> CompareSide {
    CompareSide {
        environment: side.environment.name.clone(),
        kind: side.environment.kind,
        layer: side.revision.layer,
        revision: side.revision.number,
        at: side.revision.at,
        observed: side.seen,
        capacity: capacity_of(&side.topology),
        totals: totals(&side.topology, &ask.sizing.sizing(), None),
    }
}

fn report(a: &Topology, b: &Topology, ask: &CompareAsk) -> DiffReport {
    let sizing = ask.sizing.sizing();
    match ask.by {
        CompareBy::Group => diff_items(&comparable_items(a), &comparable_items(b)).report(),
        CompareBy::Instance => diff_resolved(&resolve(a, &sizing), &resolve(b, &sizing)).report(),
        CompareBy::Profile => plan::services::compared(a, b, &sizing),
    }
}

/// What the two sides are to each other: of one environment, one the copy of the other, or neither.
async fn relation(
    reader: &Reader,
    a: &Side,
    b: &Side,
    ask: &CompareAsk,
) -> Result<Relation, Failed> {
    if a.environment.id == b.environment.id {
        if a.revision.layer != b.revision.layer {
            return Ok(Relation::Layers);
        }
        // What ran before, held against the plan of now.
        let store = reader.store();
        let planned = store
            .revision(a.environment.id, Layer::Planned, None)
            .await?;
        let planned = planned.map_or_else(
            || report(&a.topology, &a.topology, ask),
            |(_, planned)| report(&a.topology, &planned, ask),
        );
        return Ok(Relation::Times {
            layer: a.revision.layer,
            planned: Box::new(planned),
        });
    }
    for (source, copy) in [(a, b), (b, a)] {
        let Some(recipe) = derivation(reader, source, copy).await? else {
            continue;
        };
        let name = copy.environment.name.clone();
        // A recipe that no longer fits its source explains nothing.
        let Ok(derived) = plan::copy::derive(&source.topology, &recipe, name) else {
            continue;
        };
        let expected = if std::ptr::eq(source, a) {
            report(&a.topology, &derived.topology, ask)
        } else {
            report(&derived.topology, &b.topology, ask)
        };
        return Ok(Relation::Copy {
            recipe: recipe.recipe.to_string(),
            expected: Box::new(expected),
        });
    }
    Ok(Relation::Others)
}

/// The recipe by which one was made of the other, where it was.
async fn derivation(reader: &Reader, source: &Side, copy: &Side) -> Result<Option<Recipe>, Failed> {
    let origin = reader.store().origin(copy.environment.id).await?;
    let Some(Act::Derive {
        source: from,
        layer: _,
        revision: _,
        recipe,
        name: _,
    }) = origin.map(|line| line.act)
    else {
        return Ok(None);
    };
    if from != source.environment.id {
        return Ok(None);
    }
    Ok(reader.store().recipe(&recipe).await?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_side_names_environment_revision_and_layer() {
        let read = |text| {
            let SideAsk { name, ask } = SideAsk::read(text).unwrap();
            (name.to_string(), ask.revision.map(|n| n.0), ask.layer)
        };
        assert_eq!(read("a"), ("a".into(), None, None));
        assert_eq!(read("a@2"), ("a".into(), Some(2), None));
        assert_eq!(
            read("a@2:observed"),
            ("a".into(), Some(2), Some(Layer::Observed))
        );
        assert_eq!(read("a:planned"), ("a".into(), None, Some(Layer::Planned)));
        assert!(
            SideAsk::read("a@x")
                .unwrap_err()
                .trouble
                .why
                .contains("“x”")
        );
        assert!(SideAsk::read("a:moon").is_err());
        assert!(SideAsk::read("A b").is_err());
    }
}
