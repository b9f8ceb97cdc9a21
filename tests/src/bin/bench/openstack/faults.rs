//! The faults that break such work, each really carried out with each tool, side by side.

mod killed;
mod quota;
mod spawn;

use tests::openstack::Lab;

use super::tool::{Kind, Ports};

/// With whom each is tried.
const KINDS: [Kind; 4] = [
    Kind::UNDERSTUDY,
    Kind::HEAT,
    Kind::Sequential,
    Kind::Parallel {
        workers: 8,
        ports: Ports::Own,
    },
];

/// Carries all of them out and prints what was seen.
pub async fn run(lab: &Lab) {
    killed::run(lab).await;
    quota::run(lab).await;
    spawn::run(lab).await;
}

/// What was said, below its table: too long for a column.
fn said(words: &[(Kind, String)]) {
    for (kind, words) in words {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = words.chars().take(LONGEST).collect();
        let more = if short.len() < words.len() {
            " […]"
        } else {
            ""
        };
        println!("{kind}: {short}{more}");
    }
    println!();
}

/// Letters of what was said that are shown.
const LONGEST: usize = 400;
