//! What two states are to each other, which says what of their differences was meant so.

use model::act::Act;
use model::diff::{DiffReport, Side as DiffSide};
use model::environment::{Environment, Layer};
use model::recipe::Recipe;
use plan::comparison;
use plan::explain::{Decided, Relation, Said};

use super::super::{Failed, Reader};
use super::{Origin, Question, Side};

/// What is known of the differences between two sides beside the sides.
pub(super) struct Known {
    pub(super) relation: Relation,
    pub(super) said: Said,
    pub(super) decided: Vec<Decided>,
}

impl Known {
    /// What is known. Of a file nobody has said anything, and it is nobody's copy.
    pub(super) async fn of(
        reader: &Reader,
        a: &Side,
        b: &Side,
        question: &Question,
    ) -> Result<Self, Failed> {
        let mut decided = Vec::new();
        for (side, which) in [(a, DiffSide::Before), (b, DiffSide::After)] {
            if let Origin::Stored { environment, .. } = &side.origin {
                let notes = reader.engine().notes(environment.id).await?;
                decided.extend(
                    notes
                        .iter()
                        .filter_map(|(_, note)| Decided::by(note, which)),
                );
            }
        }
        let (relation, said) = match (&a.origin, &b.origin) {
            (
                Origin::Stored {
                    environment: before,
                    ..
                },
                Origin::Stored {
                    environment: after, ..
                },
            ) => (
                relation(reader, a, b, question).await?,
                reader.engine().said(before.id, after.id).await?,
            ),
            (Origin::File { .. }, _) | (_, Origin::File { .. }) => (Relation::Others, Said::new()),
        };
        Ok(Self {
            relation,
            said,
            decided,
        })
    }
}

/// The difference of one of the sides, whichever comes first, from a state that should be like the other.
fn report(side: &Side, other: &Side, first: DiffSide, question: &Question) -> DiffReport {
    let sizing = question.sizing.sizing();
    let (side, other) = (side.state(&sizing), other.state(&sizing));
    match first {
        DiffSide::Before => comparison::compared(&side, &other, question.by),
        DiffSide::After => comparison::compared(&other, &side, question.by),
    }
}

/// What the two sides are to each other: of one environment, one the copy of the other, or neither.
async fn relation(
    reader: &Reader,
    a: &Side,
    b: &Side,
    question: &Question,
) -> Result<Relation, Failed> {
    let (
        Origin::Stored {
            environment: of_a,
            revision: at_a,
            seen: _,
        },
        Origin::Stored {
            environment: of_b,
            revision: at_b,
            seen: _,
        },
    ) = (&a.origin, &b.origin)
    else {
        return Ok(Relation::Others);
    };
    if of_a.id == of_b.id {
        if at_a.layer != at_b.layer {
            return Ok(Relation::Layers);
        }
        // What ran before, held against the plan of now.
        let store = reader.store();
        let planned = store.revision(of_a.id, Layer::Planned, None).await?;
        let planned = match planned {
            None => report(a, a, DiffSide::Before, question),
            Some((revision, topology)) => {
                let origin = Origin::Stored {
                    environment: of_a.clone(),
                    revision,
                    seen: None,
                };
                let mut planned = Side::new(origin, topology);
                reader.resolve(&mut planned, question).await?;
                report(a, &planned, DiffSide::Before, question)
            }
        };
        return Ok(Relation::Times {
            layer: at_a.layer,
            planned: Box::new(planned),
        });
    }
    for ((source, origin), (copied, copy)) in [((a, of_a), (b, of_b)), ((b, of_b), (a, of_a))] {
        let Some(recipe) = derivation(reader, origin, copy).await? else {
            continue;
        };
        // A recipe that no longer fits its source explains nothing.
        let Ok(derived) = plan::copy::derive(&source.topology, &recipe, copy.name.clone()) else {
            continue;
        };
        let mut expected = Side::new(Origin::File { kept: None }, derived.topology);
        reader.resolve(&mut expected, question).await?;
        let expected = if std::ptr::eq(copied, b) {
            report(a, &expected, DiffSide::Before, question)
        } else {
            report(b, &expected, DiffSide::After, question)
        };
        return Ok(Relation::Copy {
            recipe: recipe.recipe.to_string(),
            expected: Box::new(expected),
        });
    }
    Ok(Relation::Others)
}

/// The recipe by which one was made of the other, where it was.
async fn derivation(
    reader: &Reader,
    source: &Environment,
    copy: &Environment,
) -> Result<Option<Recipe>, Failed> {
    let origin = reader.store().origin(copy.id).await?;
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
    if from != source.id {
        return Ok(None);
    }
    Ok(reader.store().recipe(&recipe).await?)
}
