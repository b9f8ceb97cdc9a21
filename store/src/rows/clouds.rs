//! Rows of whole clouds: how their collections stand, what they hold, what people said of that.

use engine::port::{CollectorSeen, ObservedIn, StoreError};
use model::assignment::{Assignment, StandingRule};
use model::collection::{CloudState, Collection, HeldRow, HeldVersion, KindState, Place};
use model::id::{CloudId, RevisionNumber};
use model::name::{CloudName, GroupName};

use super::{json, number, parsed, rows, time};

rows! {
    /// A cloud that is collected.
    CloudRow of "clouds" by name {
        name: String,
        looked_at: Option<i64>,
        next_at: Option<i64>,
        wanted_at: Option<i64>,
        trouble: Option<String>,
        progress: Option<String>,
    }

    /// Who collects a cloud.
    CollectorRow of "clouds" by name {
        name: String,
        next_at: Option<i64>,
        wanted_at: Option<i64>,
        wanted_by: Option<String>,
        fence: i64,
        holder: Option<String>,
        heartbeat: i64,
    }

    /// A collection.
    CollectionRow of "collections" by cloud/number {
        cloud: String,
        number: i64,
        at: i64,
        source: String,
        content_hash: String,
    }

    /// How a kind stands.
    KindRow of "collected_kinds" by cloud/kind {
        cloud: String,
        kind: String,
        read_at: Option<i64>,
        outcome: String,
    }

    /// A line of a list of what a cloud holds.
    HeldListRow of "held_versions" by cloud/kind/id {
        cloud: String,
        kind: String,
        id: String,
        owner: String,
        environment_name: String,
        group_name: String,
        ordinal: i64,
        body: String,
    }

    /// What a thing was for a time.
    HeldVersionRow of "held_versions" by cloud/kind/id/from_rev {
        cloud: String,
        kind: String,
        id: String,
        from_rev: i64,
        to_rev: Option<i64>,
        since: i64,
        ended: Option<i64>,
        body: String,
    }

    /// A server of an environment.
    ObservedRow of "held_versions" by cloud/id {
        cloud: String,
        id: String,
        owner: String,
        group_name: String,
        ordinal: i64,
        body: String,
    }

    /// What was said of a server.
    AssignmentRow of "assignments" by cloud/server {
        cloud: String,
        server: String,
        environment: Option<String>,
        group_name: Option<String>,
        ordinal: Option<i64>,
        said: String,
        since: i64,
    }

    /// A rule.
    RuleRow of "assignment_rules" by cloud/rule {
        cloud: String,
        rule: String,
        environment: String,
        group_name: Option<String>,
        since: i64,
    }
}

impl TryFrom<CloudRow> for CloudState {
    type Error = StoreError;
    fn try_from(row: CloudRow) -> Result<Self, StoreError> {
        let moment = |column, value: Option<i64>| {
            let value = value.map(time).transpose();
            value.map_err(|why| row.bad(column, why))
        };
        let trouble = row.trouble.as_deref().map(json).transpose();
        let progress = row.progress.as_deref().map(json).transpose();
        Ok(Self {
            name: parsed(&row.name).map_err(|why| row.bad("name", why))?,
            newest: None,
            looked_at: moment("looked_at", row.looked_at)?,
            next_at: moment("next_at", row.next_at)?,
            wanted_at: moment("wanted_at", row.wanted_at)?,
            trouble: trouble.map_err(|why| row.bad("trouble", why))?,
            progress: progress.map_err(|why| row.bad("progress", why))?,
            kinds: Vec::new(),
        })
    }
}

impl TryFrom<CollectorRow> for CollectorSeen {
    type Error = StoreError;
    fn try_from(row: CollectorRow) -> Result<Self, StoreError> {
        let moment = |column, value: Option<i64>| {
            let value = value.map(time).transpose();
            value.map_err(|why| row.bad(column, why))
        };
        let holder = row.holder.as_deref().map(parsed).transpose();
        let wanted = moment("wanted_at", row.wanted_at)?;
        Ok(Self {
            cloud: parsed(&row.name).map_err(|why| row.bad("name", why))?,
            next_at: moment("next_at", row.next_at)?,
            wanted: wanted.map(|at| (at, row.wanted_by.clone().unwrap_or_default())),
            fence: row.fence,
            holder: holder.map_err(|why| row.bad("holder", why))?,
            heartbeat: row.heartbeat,
        })
    }
}

impl TryFrom<CollectionRow> for Collection {
    type Error = StoreError;
    fn try_from(row: CollectionRow) -> Result<Self, StoreError> {
        Ok(Self {
            cloud: parsed(&row.cloud).map_err(|why| row.bad("cloud", why))?,
            number: RevisionNumber(number(row.number).map_err(|why| row.bad("number", why))?),
            at: time(row.at).map_err(|why| row.bad("at", why))?,
            source: row.source,
            content_hash: row.content_hash,
        })
    }
}

impl TryFrom<KindRow> for (CloudName, KindState) {
    type Error = StoreError;
    fn try_from(row: KindRow) -> Result<Self, StoreError> {
        let read_at = row.read_at.map(time).transpose();
        let state = KindState {
            kind: parsed(&row.kind).map_err(|why| row.bad("kind", why))?,
            read_at: read_at.map_err(|why| row.bad("read_at", why))?,
            outcome: json(&row.outcome).map_err(|why| row.bad("outcome", why))?,
        };
        Ok((
            parsed(&row.cloud).map_err(|why| row.bad("cloud", why))?,
            state,
        ))
    }
}

impl TryFrom<HeldListRow> for HeldRow {
    type Error = StoreError;
    fn try_from(row: HeldListRow) -> Result<Self, StoreError> {
        let named = |text: &str| (!text.is_empty()).then(|| parsed(text)).transpose();
        let group: Option<GroupName> =
            named(&row.group_name).map_err(|why| row.bad("group_name", why))?;
        let ordinal = number(row.ordinal).map_err(|why| row.bad("ordinal", why))?;
        let environment = (!row.environment_name.is_empty())
            .then(|| parsed(&row.environment_name))
            .transpose();
        Ok(Self {
            owner: parsed(&row.owner).map_err(|why| row.bad("owner", why))?,
            environment: environment.map_err(|why| row.bad("environment_name", why))?,
            instance: group.map(|group| (group, ordinal)),
            held: json(&row.body).map_err(|why| row.bad("body", why))?,
        })
    }
}

impl TryFrom<HeldVersionRow> for HeldVersion {
    type Error = StoreError;
    fn try_from(row: HeldVersionRow) -> Result<Self, StoreError> {
        let from = number(row.from_rev).map_err(|why| row.bad("from_rev", why))?;
        let until = match (row.to_rev, row.ended) {
            (Some(to), Some(ended)) => {
                let to = number(to).map_err(|why| row.bad("to_rev", why))?;
                let ended = time(ended).map_err(|why| row.bad("to_rev", why))?;
                Some((RevisionNumber(to), ended))
            }
            (Some(to), None) => {
                return Err(row.bad("to_rev", format!("there is no collection {to}")));
            }
            (None, _) => None,
        };
        Ok(Self {
            from: RevisionNumber(from),
            since: time(row.since).map_err(|why| row.bad("from_rev", why))?,
            until,
            held: json(&row.body).map_err(|why| row.bad("body", why))?,
        })
    }
}

impl TryFrom<ObservedRow> for ObservedIn {
    type Error = StoreError;
    fn try_from(row: ObservedRow) -> Result<Self, StoreError> {
        Ok(Self {
            cloud: parsed(&row.cloud).map_err(|why| row.bad("cloud", why))?,
            owner: parsed(&row.owner).map_err(|why| row.bad("owner", why))?,
            instance: (
                parsed(&row.group_name).map_err(|why| row.bad("group_name", why))?,
                number(row.ordinal).map_err(|why| row.bad("ordinal", why))?,
            ),
            held: json(&row.body).map_err(|why| row.bad("body", why))?,
        })
    }
}

impl TryFrom<AssignmentRow> for Assignment {
    type Error = StoreError;
    fn try_from(row: AssignmentRow) -> Result<Self, StoreError> {
        let place = match (&row.environment, &row.group_name, row.ordinal) {
            (Some(environment), Some(group), Some(ordinal)) => Some(Place {
                environment: parsed(environment).map_err(|why| row.bad("environment", why))?,
                group: parsed(group).map_err(|why| row.bad("group_name", why))?,
                ordinal: number(ordinal).map_err(|why| row.bad("ordinal", why))?,
            }),
            (None, None, None) => None,
            _ => return Err(row.bad("environment", "half a place")),
        };
        Ok(Self {
            server: CloudId::new(row.server.as_str()),
            place,
            said: json(&row.said).map_err(|why| row.bad("said", why))?,
            since: time(row.since).map_err(|why| row.bad("since", why))?,
        })
    }
}

impl TryFrom<RuleRow> for StandingRule {
    type Error = StoreError;
    fn try_from(row: RuleRow) -> Result<Self, StoreError> {
        let group = row.group_name.as_deref().map(parsed).transpose();
        Ok(Self {
            rule: json(&row.rule).map_err(|why| row.bad("rule", why))?,
            environment: parsed(&row.environment).map_err(|why| row.bad("environment", why))?,
            group: group.map_err(|why| row.bad("group_name", why))?,
            since: time(row.since).map_err(|why| row.bad("since", why))?,
        })
    }
}
