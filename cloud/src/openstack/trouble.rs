//! From a cloud's refusals to ours: by the body as well as by the status, because a quota that is
//! exceeded comes as 403, 409 or 413. Each keeps the cloud's own words and its request id.

use engine::port::CloudError;
use plan::offers::QuotaKind;
use serde_json::Value;

use super::transport::{Answer, Lost};

impl From<Lost> for CloudError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::NotSent(words) => Self::Unreachable(words),
            Lost::NoAnswer(words) => Self::Unanswered(words),
            Lost::NotLetIn(words) => Self::CredentialGone(words),
            Lost::NotOffered(words) => Self::NotOffered(words),
        }
    }
}

/// What an answer that is no success means.
pub(super) fn of(answer: &Answer) -> CloudError {
    let Said { kind, message } = said(&answer.body);
    let words = match (&message, &answer.request_id) {
        (Some(message), Some(id)) => format!("{message} (request {id})"),
        (Some(message), None) => message.clone(),
        (None, Some(id)) => format!("status {} (request {id})", answer.status),
        (None, None) => format!("status {}", answer.status),
    };
    let plain = message.unwrap_or_default();
    if matches!(answer.status, 403 | 409 | 413) && is_quota(&kind, &plain) {
        return quota(&plain, words);
    }
    // Neutron's passing shortages: an address is given back, or a lock is let go.
    if matches!(
        kind.as_str(),
        "IpAddressGenerationFailure" | "ExternalIpAddressExhausted" | "RetryRequest"
    ) {
        return CloudError::Throttled {
            retry_after: answer.retry_after,
            words,
        };
    }
    // Cinder says 400 to what will be right once a volume or a snapshot has settled.
    let unsettled = ["Invalid volume", "Invalid snapshot"]
        .iter()
        .any(|words| plain.contains(words));
    if answer.status == 400 && unsettled && plain.contains("status must be") {
        return CloudError::Conflict(words);
    }
    match answer.status {
        401 => CloudError::CredentialGone(words),
        404 | 410 => CloudError::NotFound(words),
        409 => CloudError::Conflict(words),
        413 | 429 => CloudError::Throttled {
            retry_after: answer.retry_after,
            words,
        },
        400..=499 => CloudError::Refused(words),
        501 => CloudError::NotOffered(words),
        500..=599 => CloudError::Unavailable(words),
        _ => CloudError::Unexpected(words),
    }
}

/// What a body says of what went wrong.
#[derive(Default)]
struct Said {
    /// Neutron's type: `OverQuota`.
    kind: String,
    message: Option<String>,
}

fn said(body: &Value) -> Said {
    let Value::Object(fields) = body else {
        return Said {
            kind: String::new(),
            message: body
                .as_str()
                .map(first_line)
                .filter(|text| !text.is_empty()),
        };
    };
    // `{"itemNotFound": {"message": …}}`, `{"NeutronError": {"type": …, "message": …}}`, and plain
    // texts in the same place.
    for inner in fields.values() {
        let message = inner["message"].as_str().or(inner.as_str());
        if let Some(message) = message {
            return Said {
                kind: inner["type"].as_str().unwrap_or_default().to_owned(),
                message: Some(message.trim().to_owned()),
            };
        }
    }
    Said::default()
}

/// A page of HTML says nothing in its tags.
fn first_line(text: &str) -> String {
    if text.trim_start().starts_with('<') {
        return String::new();
    }
    let line = text.trim().lines().next().unwrap_or_default();
    line.chars().take(300).collect()
}

fn is_quota(kind: &str, words: &str) -> bool {
    kind == "OverQuota" || {
        let words = words.to_lowercase();
        (words.contains("quota") && (words.contains("exceed") || words.contains("limit")))
            // Cinder's `SnapshotLimitExceeded` does not say that it speaks of a quota.
            || words.contains("limitexceeded")
    }
}

/// Which quota is meant: the words that Nova, Neutron and Cinder use, the longer ones first.
const QUOTAS: &[(&str, QuotaKind)] = &[
    ("key pair", QuotaKind::Keypairs),
    ("security_group_rule", QuotaKind::SecurityRules),
    ("security_group", QuotaKind::SecurityGroups),
    ("server_group", QuotaKind::ServerGroups),
    ("server group", QuotaKind::ServerGroups),
    ("floatingip", QuotaKind::FloatingIps),
    ("number of snapshots", QuotaKind::Snapshots),
    ("gigabytes", QuotaKind::VolumeGib),
    ("volumes", QuotaKind::Volumes),
    ("instances", QuotaKind::Instances),
    ("cores", QuotaKind::Vcpus),
    ("ram", QuotaKind::RamMib),
    ("subnet", QuotaKind::Subnets),
    ("router", QuotaKind::Routers),
    ("network", QuotaKind::Networks),
    ("port", QuotaKind::Ports),
];

/// A fault text that speaks of a quota, as a server has it that was accepted and then not made.
pub(super) fn quota(plain: &str, words: String) -> CloudError {
    let lower = plain.to_lowercase();
    let which = QUOTAS.iter().find(|(word, _)| lower.contains(word));
    let Some((_, which)) = which else {
        return CloudError::Refused(words);
    };
    let (need, free) = numbers(plain);
    CloudError::Quota {
        which: *which,
        need,
        free,
        words,
    }
}

/// `Requested 4, but already used 18 of 20 cores` needs 4 and has 2; told for one quota alone.
fn numbers(words: &str) -> (Option<u64>, Option<u64>) {
    let after = |before: &str| -> Option<(u64, &str)> {
        words.match_indices(before).find_map(|(at, _)| {
            let rest = &words[at + before.len()..];
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            Some((rest[..end].parse().ok()?, &rest[end..]))
        })
    };
    let one = |found: Option<(u64, &str)>| {
        found
            .filter(|(_, rest)| !rest.starts_with(", ") || rest.starts_with(", but"))
            .map(|(number, _)| number)
    };
    let need = one(after("Requested "));
    let free = match (one(after("already used ")), after(" of ")) {
        (Some(used), Some((limit, _))) => Some(limit.saturating_sub(used)),
        _ => None,
    };
    (need, free)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: Value) -> Answer {
        Answer {
            status,
            retry_after: None,
            request_id: Some("req-1".into()),
            body,
        }
    }

    #[test]
    fn lesson_15_a_quota_is_known_by_the_body() {
        let nova = answer(
            403,
            json!({"forbidden": {"code": 403, "message":
            "Quota exceeded for cores: Requested 4, but already used 18 of 20 cores"}}),
        );
        assert_eq!(
            of(&nova),
            CloudError::Quota {
                which: QuotaKind::Vcpus,
                need: Some(4),
                free: Some(2),
                words: "Quota exceeded for cores: Requested 4, but already used 18 of 20 cores \
                        (request req-1)"
                    .into(),
            }
        );
        let neutron = answer(
            409,
            json!({"NeutronError": {"type": "OverQuota", "detail": "",
            "message": "Quota exceeded for resources: ['security_group_rule']."}}),
        );
        assert!(matches!(
            of(&neutron),
            CloudError::Quota {
                which: QuotaKind::SecurityRules,
                ..
            }
        ));
        let cinder = answer(
            413,
            json!({"overLimit": {"code": 413, "message": "VolumeSizeExceedsAvailableQuota: \
            Requested volume or snapshot exceeds allowed gigabytes quota. Requested 50G, quota is \
            1000G and 990G has been consumed."}}),
        );
        assert!(matches!(
            of(&cinder),
            CloudError::Quota {
                which: QuotaKind::VolumeGib,
                need: Some(50),
                ..
            }
        ));
    }

    #[test]
    fn lesson_15_a_quota_of_snapshots_does_not_call_itself_one() {
        let snapshots = answer(
            413,
            json!({"overLimit": {"code": 413, "message": "SnapshotLimitExceeded: Maximum number of \
            snapshots allowed (1) exceeded"}}),
        );
        assert!(matches!(
            of(&snapshots),
            CloudError::Quota {
                which: QuotaKind::Snapshots,
                ..
            }
        ));
    }

    #[test]
    fn lesson_15_a_shortage_of_addresses_passes() {
        let short = answer(
            409,
            json!({"NeutronError": {"type": "IpAddressGenerationFailure",
            "message": "No more IP addresses available on network x.", "detail": ""}}),
        );
        assert!(of(&short).is_passing());
    }

    #[test]
    fn a_volume_that_is_still_busy_is_a_conflict() {
        let busy = answer(
            400,
            json!({"badRequest": {"code": 400, "message": "Invalid volume: Volume status must be \
            available or error and must not be migrating, attached."}}),
        );
        assert!(matches!(of(&busy), CloudError::Conflict(_)));
        let early = answer(
            400,
            json!({"badRequest": {"code": 400, "message": "Invalid snapshot: Snapshot status must \
            be available or error."}}),
        );
        assert!(matches!(of(&early), CloudError::Conflict(_)));
    }

    #[test]
    fn each_status_has_its_class() {
        let body = |word: &str| json!({word: {"message": "no"}});
        let words = || "no (request req-1)".to_owned();
        assert_eq!(
            of(&answer(404, body("itemNotFound"))),
            CloudError::NotFound(words())
        );
        assert_eq!(
            of(&answer(409, body("conflictingRequest"))),
            CloudError::Conflict(words())
        );
        assert_eq!(
            of(&answer(400, body("badRequest"))),
            CloudError::Refused(words())
        );
        assert_eq!(
            of(&answer(401, body("error"))),
            CloudError::CredentialGone(words())
        );
        assert_eq!(
            of(&answer(503, json!("<html>busy</html>"))),
            CloudError::Unavailable("status 503 (request req-1)".into())
        );
        let busy = Answer {
            retry_after: Some(std::time::Duration::from_secs(7)),
            ..answer(429, json!("slow down"))
        };
        assert!(matches!(
            of(&busy),
            CloudError::Throttled { retry_after: Some(after), .. } if after.as_secs() == 7
        ));
    }
}
