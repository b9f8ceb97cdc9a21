//! Makes tokens. Their secret is told once, to whoever asked, and only its SHA-256 is stored.

use data_encoding::HEXLOWER;
use engine::Engine;
use engine::port::{StoreError, TokenSecret};
use model::id::TokenId;
use model::token::{Token, TokenKind};
use sha2::{Digest, Sha256};

/// A token with its secret, which nobody can find out again.
#[derive(Clone)]
pub struct Issued {
    /// The token.
    pub token: Token,
    /// Its secret: 64 hexadecimal digits.
    pub secret: String,
}

/// What is stored of a secret: the SHA-256 of its text, in hexadecimal.
pub fn hash_of(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

/// Makes a token and stores it.
pub async fn issue(
    engine: &Engine,
    kind: TokenKind,
    name: &str,
    lifetime: chrono::Duration,
) -> Result<Issued, StoreError> {
    let secret = engine.entropy().secret();
    let created_at = engine.clock().now();
    let token = Token {
        id: TokenId::from_uuid(engine.entropy().uuid()),
        kind,
        name: name.to_owned(),
        created_at,
        expires_at: created_at + lifetime,
    };
    engine
        .store()
        .put_token(TokenSecret {
            token: token.clone(),
            hash: hash_of(&secret),
        })
        .await?;
    Ok(Issued { token, secret })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_known_one() {
        // printf abc | sha256sum
        assert_eq!(
            hash_of("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
