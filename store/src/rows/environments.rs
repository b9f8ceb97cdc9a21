//! Rows of environments, revisions, the inventory and recipes.

use engine::port::StoreError;
use model::environment::{Environment, Revision};
use model::filter::InstanceRow;
use model::id::RevisionNumber;
use model::recipe::Recipe;
use model::topology::items::{Item, ItemKey};

use super::{json, number, parsed, rows, time, word, yes_or_no};

rows! {
    /// An environment.
    EnvironmentRow of "environments" by id {
        id: String,
        name: String,
        kind: String,
        protected: i64,
        owner: Option<String>,
        created_at: i64,
        planned: Option<i64>,
        observed: Option<i64>,
        observed_at: Option<i64>,
        destroyed_at: Option<i64>,
    }

    /// A revision.
    RevisionRow of "revisions" by environment/layer/number {
        environment: String,
        layer: String,
        number: i64,
        at: i64,
        source: String,
        content_hash: String,
    }

    /// An item of a topology.
    ItemRow of "item_versions" by environment/layer/kind/name/from_rev {
        environment: String,
        layer: String,
        kind: String,
        name: String,
        from_rev: i64,
        body: String,
    }

    /// A line of a list of instances, with its environment's kind.
    ListedRow of "instance_versions" by environment_name/layer/group_name/ordinal {
        environment_name: String,
        layer: String,
        group_name: String,
        ordinal: i64,
        body: String,
        kind: String,
    }

    /// A recipe.
    RecipeRow of "recipes" by name {
        name: String,
        body: String,
    }
}

/// A query of environments, as [`EnvironmentRow`] reads them, with what comes after the table.
macro_rules! select_environments {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, kind, protected, owner, created_at, planned, observed, observed_at, \
             destroyed_at FROM environments ",
            $rest
        )
    };
}
pub(crate) use select_environments;

/// A query of revisions, as [`RevisionRow`] reads them, with what comes after the table.
macro_rules! select_revisions {
    ($rest:literal) => {
        concat!(
            "SELECT environment, layer, number, at, source, content_hash FROM revisions ",
            $rest
        )
    };
}
pub(crate) use select_revisions;

impl TryFrom<EnvironmentRow> for Environment {
    type Error = StoreError;
    fn try_from(row: EnvironmentRow) -> Result<Self, StoreError> {
        let revision = |column, value: Option<i64>| {
            value
                .map(|value| number(value).map(RevisionNumber))
                .transpose()
                .map_err(|why| row.bad(column, why))
        };
        let moment = |column, value: Option<i64>| {
            value
                .map(time)
                .transpose()
                .map_err(|why| row.bad(column, why))
        };
        Ok(Self {
            id: parsed(&row.id).map_err(|why| row.bad("id", why))?,
            name: parsed(&row.name).map_err(|why| row.bad("name", why))?,
            kind: word(&row.kind).map_err(|why| row.bad("kind", why))?,
            protected: yes_or_no(row.protected).map_err(|why| row.bad("protected", why))?,
            owner: row.owner.clone(),
            created_at: time(row.created_at).map_err(|why| row.bad("created_at", why))?,
            planned: revision("planned", row.planned)?,
            observed: revision("observed", row.observed)?,
            observed_at: moment("observed_at", row.observed_at)?,
            destroyed_at: moment("destroyed_at", row.destroyed_at)?,
        })
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = StoreError;
    fn try_from(row: RevisionRow) -> Result<Self, StoreError> {
        Ok(Self {
            environment: parsed(&row.environment).map_err(|why| row.bad("environment", why))?,
            layer: parsed(&row.layer).map_err(|why| row.bad("layer", why))?,
            number: RevisionNumber(number(row.number).map_err(|why| row.bad("number", why))?),
            at: time(row.at).map_err(|why| row.bad("at", why))?,
            source: row.source,
            content_hash: row.content_hash,
        })
    }
}

impl TryFrom<ItemRow> for (ItemKey, Item) {
    type Error = StoreError;
    fn try_from(row: ItemRow) -> Result<Self, StoreError> {
        let kind = parsed(&row.kind).map_err(|why| row.bad("kind", why))?;
        let item = Item::from_json(kind, &row.body).map_err(|why| row.bad("body", why))?;
        let key = ItemKey {
            kind,
            name: row.name,
        };
        Ok((key, item))
    }
}

impl TryFrom<ListedRow> for InstanceRow {
    type Error = StoreError;
    fn try_from(row: ListedRow) -> Result<Self, StoreError> {
        Ok(Self {
            environment: parsed(&row.environment_name)
                .map_err(|why| row.bad("environment_name", why))?,
            kind: word(&row.kind).map_err(|why| row.bad("kind", why))?,
            layer: parsed(&row.layer).map_err(|why| row.bad("layer", why))?,
            record: json(&row.body).map_err(|why| row.bad("body", why))?,
        })
    }
}

impl TryFrom<RecipeRow> for Recipe {
    type Error = StoreError;
    fn try_from(row: RecipeRow) -> Result<Self, StoreError> {
        json(&row.body).map_err(|why| row.bad("body", why))
    }
}
