//! Parameters of addresses, and the filter of the inventory as such.

use model::environment::Layer;
use model::filter::{Direction, InstanceFilter, InstanceSort};
use model::name::EnvironmentName;

use super::INSTANCES;

/// The parameters of an address, decoded; empty ones count as absent, because that is what a form
/// sends for a field left open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the part of an address after `?`.
    pub fn parse(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    /// The fields of a form that was read already; empty ones count as absent here too.
    pub fn of(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(
            fields
                .into_iter()
                .map(|(name, value)| (name, value.trim().to_owned()))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    /// A parameter's text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// All parameters, in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every value of a parameter that may come more than once.
    pub fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.0
            .iter()
            .filter(move |(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// A whole number; an error says which parameter is none.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        self.get(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    format!("{name}: “{text}” is no number; give a whole one, in digits")
                })
            })
            .transpose()
    }

    /// A parameter's value; an error says which one is wrong and why.
    pub fn value<T>(&self, name: &str) -> Result<Option<T>, String>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.get(name)
            .map(|text| text.parse().map_err(|error| format!("{name}: {error}")))
            .transpose()
    }
}

/// Writes an address with those parameters that have a value.
pub(super) fn address(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// The word of a sort order in an address.
pub const fn sort_word(sort: InstanceSort) -> &'static str {
    match sort {
        InstanceSort::Key => "key",
        InstanceSort::HostName => "host-name",
        InstanceSort::Flavor => "flavor",
        InstanceSort::Status => "status",
    }
}

/// Which way a list is sorted.
pub(super) fn direction(query: &Query) -> Result<Direction, String> {
    match query.get("direction") {
        None | Some("ascending") => Ok(Direction::Ascending),
        Some("descending") => Ok(Direction::Descending),
        Some(other) => Err(format!(
            "direction: `{other}` is no direction: use ascending or descending"
        )),
    }
}

/// Reads the filter of the inventory.
pub fn instance_filter(query: &Query) -> Result<InstanceFilter, String> {
    let sort = match query.get("sort") {
        None | Some("key") => InstanceSort::Key,
        Some("host-name") => InstanceSort::HostName,
        Some("flavor") => InstanceSort::Flavor,
        Some("status") => InstanceSort::Status,
        Some(other) => {
            return Err(format!(
                "sort: `{other}` is no order: use key, host-name, flavor or status"
            ));
        }
    };
    let direction = direction(query)?;
    Ok(InstanceFilter {
        environment: query.value("environment")?,
        layer: query.value("layer")?,
        group: query.value("group")?,
        category: query.value("category")?,
        flavor: query.value("flavor")?,
        status: query.get("status").map(ToOwned::to_owned),
        q: query.get("q").map(ToOwned::to_owned),
        sort,
        direction,
        after: query.get("after").map(ToOwned::to_owned),
        limit: query.number("limit")?,
    })
}

/// The parameters of a filter; what is as usual is left out.
fn filter_parameters(filter: &InstanceFilter) -> Vec<(&'static str, Option<String>)> {
    let InstanceFilter {
        environment,
        layer,
        group,
        category,
        flavor,
        status,
        q,
        sort,
        direction,
        after,
        limit,
    } = filter;
    vec![
        ("environment", environment.as_ref().map(ToString::to_string)),
        ("layer", layer.map(|layer| layer.word().to_owned())),
        ("group", group.as_ref().map(ToString::to_string)),
        ("category", category.map(|c| c.word().to_owned())),
        ("flavor", flavor.as_ref().map(ToString::to_string)),
        ("status", status.clone()),
        ("q", q.clone()),
        (
            "sort",
            (*sort != InstanceSort::Key).then(|| sort_word(*sort).to_owned()),
        ),
        (
            "direction",
            (*direction == Direction::Descending).then(|| "descending".to_owned()),
        ),
        ("after", after.clone()),
        ("limit", limit.map(|limit| limit.to_string())),
    ]
}

/// The inventory by a filter.
pub fn instances(filter: &InstanceFilter) -> String {
    address(INSTANCES, &filter_parameters(filter))
}

/// An export of all pages of a filter.
pub fn export(path: &str, filter: &InstanceFilter) -> String {
    let whole = InstanceFilter {
        after: None,
        limit: None,
        ..filter.clone()
    };
    address(path, &filter_parameters(&whole))
}

/// The instances of one environment's layer.
pub fn instances_of(name: &EnvironmentName, layer: Layer) -> String {
    instances(&InstanceFilter {
        environment: Some(name.clone()),
        layer: Some(layer),
        ..InstanceFilter::default()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::routes::INSTANCES_CSV;

    #[test]
    fn a_filter_survives_its_address() {
        let filter = InstanceFilter {
            environment: Some(EnvironmentName::new("production-2013").unwrap()),
            layer: Some(Layer::Observed),
            q: Some("a b&c=d+é".to_owned()),
            sort: InstanceSort::Flavor,
            direction: Direction::Descending,
            after: Some("x/y z".to_owned()),
            limit: Some(20),
            ..InstanceFilter::default()
        };
        let address = instances(&filter);
        let query = Query::parse(address.split_once('?').unwrap().1);
        assert_eq!(instance_filter(&query), Ok(filter.clone()));
        let export = export(INSTANCES_CSV, &filter);
        assert!(!export.contains("after") && !export.contains("limit"));
        assert_eq!(instances(&InstanceFilter::default()), INSTANCES);
    }

    #[test]
    fn an_empty_field_of_a_form_narrows_nothing() {
        let query = Query::parse("environment=&layer=&q=+&sort=status");
        let filter = instance_filter(&query).unwrap();
        assert_eq!(
            filter,
            InstanceFilter {
                sort: InstanceSort::Status,
                ..InstanceFilter::default()
            }
        );
    }

    #[test]
    fn a_wrong_parameter_is_named() {
        let error = instance_filter(&Query::parse("limit=many")).unwrap_err();
        assert_eq!(
            error,
            "limit: “many” is no number; give a whole one, in digits"
        );
        let error = instance_filter(&Query::parse("layer=imaginary")).unwrap_err();
        assert!(error.starts_with("layer: `imaginary`"), "{error}");
    }
}
