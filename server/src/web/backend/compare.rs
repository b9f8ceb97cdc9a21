//! The comparison of any two states.

use app::data::{Age, CompareChoice, CompareData, CompareSide, Comparison};
use app::routes::{CompareAsk, CompareBy, CompareSizing, EnvironmentAsk};
use model::diff::{DiffReport, comparable_items, diff_items, diff_resolved};
use model::environment::{Environment, Layer, Revision};
use model::id::RevisionNumber;
use model::name::EnvironmentName;
use model::resolved::resolve;
use model::topology::Topology;
use plan::capacity::{capacity_of, totals};

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
            (Some(a), Some(b)) => Some(
                compared(self, a, b, ask.by, ask.sizing)
                    .await
                    .map(Box::new)
                    .map_err(|failed| failed.trouble),
            ),
            _ => None,
        };
        let mut choices = Vec::new();
        for environment in self.environments().await? {
            choices.extend(choices_of(environment));
        }
        // A revision that is not the newest stays chosen.
        for text in [&ask.a, &ask.b].into_iter().flatten() {
            if choices.iter().any(|choice| choice.value == *text) {
                continue;
            }
            if let Ok(Comparison { a, b, .. }) = outcome
                .as_ref()
                .map_or(Err(()), |outcome| outcome.as_deref().map_err(|_| ()))
            {
                let side = if ask.a.as_ref() == Some(text) { a } else { b };
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

/// Two states compared.
pub(in crate::web) async fn compared(
    reader: &Reader,
    a: &str,
    b: &str,
    by: CompareBy,
    sizing: CompareSizing,
) -> Result<Comparison, Failed> {
    let (a, b) = (reader.side(a).await?, reader.side(b).await?);
    let report = report(&a.topology, &b.topology, by, sizing);
    let side = |side: &Side| CompareSide {
        environment: side.environment.name.clone(),
        kind: side.environment.kind,
        layer: side.revision.layer,
        revision: side.revision.number,
        at: side.revision.at,
        observed: side.seen,
        capacity: capacity_of(&side.topology),
        totals: totals(&side.topology, &sizing.sizing(), None),
    };
    Ok(Comparison {
        a: side(&a),
        b: side(&b),
        report,
    })
}

fn report(a: &Topology, b: &Topology, by: CompareBy, sizing: CompareSizing) -> DiffReport {
    match by {
        CompareBy::Group => diff_items(&comparable_items(a), &comparable_items(b)).report(),
        CompareBy::Instance => {
            let sizing = sizing.sizing();
            diff_resolved(&resolve(a, &sizing), &resolve(b, &sizing)).report()
        }
    }
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
