//! Tokens: what lets a browser or a program in. Only the SHA-256 of a secret is ever stored.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::TokenId;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// Signs one browser in, once.
    SignIn,
    /// A browser that is signed in.
    Session,
    /// A program.
    Api,
}

impl TokenKind {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Session => "session",
            Self::Api => "api",
        }
    }
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub kind: TokenKind,
    /// Who it stands for.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}
