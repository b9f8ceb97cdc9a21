//! The configuration with which collectd on the host of an instance tells what it measures. It holds the
//! host's token, so whoever renders it hands it to a person and to nobody else.

use askama::Template;

/// What is filled in.
#[derive(Template)]
#[template(path = "collectd.conf", escape = "none")]
struct Configuration<'a> {
    instance: &'a str,
    url: &'a str,
    token: &'a str,
    interval: u32,
}

/// Renders it. `url` is where the host posts to, `interval` how many seconds values wait at most before
/// they are sent; an instance's name, an address and a token have no character that would need quoting.
///
/// # Errors
/// Where the template can't be rendered, which would be a mistake of ours.
pub fn configuration(
    instance: &str,
    url: &str,
    token: &str,
    interval: u32,
) -> Result<String, askama::Error> {
    let text = Configuration {
        instance,
        url,
        token,
        interval,
    }
    .render()?;
    // Rendering drops the last end of a line, and collectd refuses a file whose last line has none.
    Ok(format!("{text}\n"))
}
