//! Rows of leases, of the log of acts, of tokens and of writings.

use engine::port::StoreError;
use model::act::AuditEntry;
use model::lease::Lease;
use model::token::Token;
use model::writing::{Writing, WritingKey};

use super::{json, number, parsed, rows, time, word};

rows! {
    /// A lease.
    LeaseRow of "leases" by environment {
        environment: String,
        expires_at: i64,
        latest: i64,
        extensions: i64,
    }

    /// A line of the log of acts.
    AuditRow of "audit" by number {
        number: i64,
        at: i64,
        actor: String,
        reason: String,
        act: String,
        environment_name: Option<String>,
        operation: Option<String>,
        before: Option<String>,
        after: Option<String>,
    }

    /// A token.
    TokenRow of "tokens" by id {
        id: String,
        kind: String,
        name: String,
        created_at: i64,
        expires_at: i64,
    }

    /// Something that somebody wrote.
    WritingRow of "writings" by kind/about/name {
        kind: String,
        about: String,
        name: String,
        text: String,
        at: i64,
        actor: String,
    }
}

impl TryFrom<LeaseRow> for Lease {
    type Error = StoreError;
    fn try_from(row: LeaseRow) -> Result<Self, StoreError> {
        Ok(Self {
            environment: parsed(&row.environment).map_err(|why| row.bad("environment", why))?,
            expires_at: time(row.expires_at).map_err(|why| row.bad("expires_at", why))?,
            limit: time(row.latest).map_err(|why| row.bad("latest", why))?,
            extensions: number(row.extensions).map_err(|why| row.bad("extensions", why))?,
        })
    }
}

impl TryFrom<AuditRow> for AuditEntry {
    type Error = StoreError;
    fn try_from(row: AuditRow) -> Result<Self, StoreError> {
        Ok(Self {
            at: time(row.at).map_err(|why| row.bad("at", why))?,
            actor: json(&row.actor).map_err(|why| row.bad("actor", why))?,
            act: json(&row.act).map_err(|why| row.bad("act", why))?,
            environment: row
                .environment_name
                .as_deref()
                .map(parsed)
                .transpose()
                .map_err(|why| row.bad("environment_name", why))?,
            operation: row
                .operation
                .as_deref()
                .map(parsed)
                .transpose()
                .map_err(|why| row.bad("operation", why))?,
            reason: row.reason,
            before: row.before,
            after: row.after,
        })
    }
}

impl TryFrom<TokenRow> for Token {
    type Error = StoreError;
    fn try_from(row: TokenRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(&row.id).map_err(|why| row.bad("id", why))?,
            kind: word(&row.kind).map_err(|why| row.bad("kind", why))?,
            created_at: time(row.created_at).map_err(|why| row.bad("created_at", why))?,
            expires_at: time(row.expires_at).map_err(|why| row.bad("expires_at", why))?,
            name: row.name,
        })
    }
}

impl TryFrom<WritingRow> for Writing {
    type Error = StoreError;
    fn try_from(row: WritingRow) -> Result<Self, StoreError> {
        Ok(Self {
            at: time(row.at).map_err(|why| row.bad("at", why))?,
            by: json(&row.actor).map_err(|why| row.bad("actor", why))?,
            key: WritingKey {
                kind: parsed(&row.kind).map_err(|why| row.bad("kind", why))?,
                about: row.about,
                name: row.name,
            },
            text: row.text,
        })
    }
}
