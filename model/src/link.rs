//! Addresses of the web, as people write them beside what they say: where something is tracked, where
//! a figure is from. Nothing here opens one.

/// Whether a text can be a link: an address that a browser opens and that runs nothing.
pub fn is_link(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty()
            && !text
                .chars()
                .any(|one| one.is_whitespace() || one.is_control())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for good in [
            "https://a.org/x?y=1#z",
            "http://tracker:8080/issues/INFR-39",
        ] {
            assert!(is_link(good), "{good}");
        }
        for bad in [
            "",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://a b",
            "ftp://a",
        ] {
            assert!(!is_link(bad), "{bad}");
        }
    }
}
