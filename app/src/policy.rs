//! The content security policy of the pages: nothing from elsewhere, and no inline script but
//! those that the pages themselves are known to have.
//!
//! Pages hold three inline scripts, always the same: the one that loads the islands, and two empty
//! lists that Leptos writes (no page serialises data for the browser). So the policy names them by
//! their hashes and is one constant header, and a page's bytes need no nonce.

use std::fmt::Write as _;

use leptos::prelude::*;
use sha2::{Digest, Sha256};

/// What Leptos writes behind a page that serialises nothing.
const EMPTY_LISTS: [&str; 2] = [
    "__RESOLVED_RESOURCES=[];__SERIALIZED_ERRORS=[];__PENDING_RESOURCES=[];__RESOURCE_RESOLVERS=[];",
    "__INCOMPLETE_CHUNKS=[];",
];

/// The value of the header `Content-Security-Policy` for all pages. Compute it once.
pub fn content_security_policy(options: &LeptosOptions) -> String {
    let mut scripts = vec![loader(options)];
    scripts.extend(EMPTY_LISTS.map(str::to_owned));
    let mut policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'".to_owned();
    for script in scripts {
        // Writing to a string cannot fail.
        let _never = write!(policy, " 'sha256-{}'", base64(&Sha256::digest(script)));
    }
    policy.push_str(
        "; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
    );
    policy
}

/// The text of the script that loads the islands, exactly as the pages hold it.
fn loader(options: &LeptosOptions) -> String {
    let owner = Owner::new();
    let html = owner.with(|| {
        view! { <HydrationScripts options=options.clone() islands=true /> }
            .into_view()
            .to_html()
    });
    html.split_once("<script")
        .and_then(|(_, rest)| rest.split_once('>'))
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .map(|(script, _)| script.to_owned())
        .unwrap_or_default()
}

/// Base64 with padding, as policies want it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        for place in 0..4 {
            if place <= chunk.len() {
                let index = (word >> (18 - 6 * place)) & 63;
                out.push(char::from(ALPHABET[index as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_usual_one() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foo"), "Zm9v");
        assert_eq!(base64(b"foobar"), "Zm9vYmFy");
        assert_eq!(base64(&[0xff, 0xfe]), "//4=");
    }
}
