//! What a form of a session sends, and how secrets are compared.

use crate::installation::tokens::hash_of;

/// What every form of a session sends: known to whoever knows the session's secret, and tells
/// nothing about it.
pub(super) fn of(session_secret: &str) -> String {
    hash_of(&format!("{session_secret}form"))
}

/// Whether two texts are the same, in a time that depends on their length alone.
pub(super) fn same(a: &str, b: &str) -> bool {
    let differing = a.bytes().zip(b.bytes()).fold(0, |differing, (a, b)| {
        std::hint::black_box(differing | (a ^ b))
    });
    a.len() == b.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_token_is_of_its_session_and_does_not_tell_it() {
        let token = of("secret");
        assert_eq!(token, of("secret"));
        assert_ne!(token, of("other"));
        assert_ne!(token, hash_of("secret"));
        assert!(!token.contains("secret"));
    }

    #[test]
    fn secrets_are_compared_whole() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abd"));
        assert!(!same("abc", "ab"));
        assert!(!same("", "a"));
        assert!(same("", ""));
    }
}
