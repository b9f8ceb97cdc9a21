//! Tokens that let browsers and programs in. Only hashes of secrets pass through here, and neither
//! they nor the hashes go to the log.

use chrono::{DateTime, Utc};
use engine::port::{StoreError, TokenSecret};
use model::id::TokenId;
use model::token::{Token, TokenKind};

use crate::SqlStore;
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{TokenRow, micros, one};

pub(crate) const FIND: &str = "SELECT id, kind, name, created_at, expires_at FROM tokens \
     WHERE kind = $1 AND hash = $2 AND expires_at > $3";

impl SqlStore {
    /// Stores a token, and forgets those that ended before it was made.
    pub(crate) async fn store_token(&self, secret: &TokenSecret) -> Result<(), StoreError> {
        let TokenSecret { token, hash } = secret;
        let Token {
            id,
            kind,
            name,
            created_at,
            expires_at,
        } = token;
        transaction!(self, Shown::Nowhere, |tx| {
            sqlx::query("DELETE FROM tokens WHERE expires_at <= $1")
                .bind(micros(*created_at))
                .execute(tx.on())
                .await?;
            sqlx::query(
                "INSERT INTO tokens (id, kind, name, hash, created_at, expires_at) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(id.to_string())
            .bind(kind.word())
            .bind(name.as_str())
            .bind(hash.as_str())
            .bind(micros(*created_at))
            .bind(micros(*expires_at))
            .execute(tx.on())
            .await?;
            End::Commit(())
        })
    }

    pub(crate) async fn find_token(
        &self,
        kind: TokenKind,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Outcome<Option<Token>> {
        let row = sqlx::query(FIND)
            .bind(kind.word())
            .bind(hash)
            .bind(micros(now))
            .fetch_optional(&self.readers)
            .await?;
        Ok(one::<TokenRow, _>(row.as_ref())?)
    }

    /// One statement, so that of two who come at once one gets nothing.
    pub(crate) async fn use_up_token(
        &self,
        kind: TokenKind,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Outcome<Option<Token>> {
        let rows = sqlx::query(
            "DELETE FROM tokens WHERE kind = $1 AND hash = $2 \
             RETURNING id, kind, name, created_at, expires_at",
        )
        .bind(kind.word())
        .bind(hash)
        .fetch_all(self.quick())
        .await?;
        let token = one::<TokenRow, Token>(rows.first())?;
        Ok(token.filter(|token| token.expires_at > now))
    }

    pub(crate) async fn remove_token(&self, id: TokenId) -> Outcome<()> {
        sqlx::query("DELETE FROM tokens WHERE id = $1")
            .bind(id.to_string())
            .execute(self.quick())
            .await?;
        Ok(())
    }
}
