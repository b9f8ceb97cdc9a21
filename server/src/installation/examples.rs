//! The WebPlatform's environments, embedded: what a new installation begins with.

use rust_embed::RustEmbed;

use super::InstallationError;
use super::import::Batch;

/// Why they were stored, for the log.
pub(super) const REASON: &str = "the WebPlatform's example";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../examples/webplatform"]
struct Files;

/// All of them, read and checked.
pub(super) fn batch() -> Result<Batch, InstallationError> {
    let mut batch = Batch::default();
    for name in Files::iter().filter(|name| name.ends_with(".yaml")) {
        if let Some(file) = Files::get(&name) {
            batch.add(&name, &format!("example {name}"), &file.data)?;
        }
    }
    Ok(batch)
}
