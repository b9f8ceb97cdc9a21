//! Where instances report that they are ready, as cloud-init's `phone_home` does. Nobody is signed in
//! here: the token in the address is all that counts, and whoever has none learns nothing, not even
//! whether there is such an instance.

use std::sync::Arc;

use app::routes::Query;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use engine::port::Said;
use engine::report::PhoneHome;
use model::id::EnvironmentId;
use model::key::Key;
use model::name::GroupName;

use super::Web;

/// The largest report: four host keys and three names, with room.
const LARGEST: usize = 16 << 10;
/// The longest value that is kept of one.
const LONGEST: usize = 2 << 10;
/// What cloud-init posts where it has no value.
const NO_VALUE: &str = "N/A";
/// The host keys that it posts, newest kind first.
const HOST_KEYS: [&str; 4] = [
    "pub_key_ed25519",
    "pub_key_ecdsa",
    "pub_key_rsa",
    "pub_key_dsa",
];

type Named = Result<Path<(EnvironmentId, GroupName, u32, String)>, PathRejection>;

/// Everything under [`app::routes::PHONE_HOME`].
pub(super) fn router() -> Router<Arc<Web>> {
    Router::new()
        .route("/{environment}/{group}/{ordinal}/{token}", post(report))
        .layer(DefaultBodyLimit::max(LARGEST))
        .fallback(async || StatusCode::NOT_FOUND)
}

/// Takes a report: 204 where it counts or has counted, 404 and no word more where it never will.
async fn report(
    State(web): State<Arc<Web>>,
    named: Named,
    body: Result<Bytes, BytesRejection>,
) -> StatusCode {
    let Ok(Path((environment, group, ordinal, token))) = named else {
        return StatusCode::NOT_FOUND;
    };
    let body = match body {
        Ok(body) => body,
        Err(error) => return error.status(),
    };
    let key = Key::instance(&group, ordinal);
    let taken = web
        .engine
        .phone_home(environment, &key, &token, said(&body))
        .await;
    match taken {
        Ok(PhoneHome::Taken | PhoneHome::Again) => StatusCode::NO_CONTENT,
        Ok(PhoneHome::Unknown) => StatusCode::NOT_FOUND,
        Err(error) => {
            // cloud-init tries again, as often as it was told to.
            tracing::error!(%error, "a report could not be taken");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// What a report says. Whatever can't be read is left out: that it came is what counts.
fn said(body: &[u8]) -> Said {
    let text = String::from_utf8_lossy(body);
    let form = Query::parse(&text);
    let value = |name: &str| {
        let value = form.get(name)?.trim();
        let fits = !value.is_empty() && value != NO_VALUE && value.len() <= LONGEST;
        // Names and keys are of one line, and nothing else is believed.
        (fits && !value.contains(char::is_control)).then(|| value.to_owned())
    };
    Said {
        host_name: value("hostname"),
        fqdn: value("fqdn"),
        instance_id: value("instance_id"),
        host_keys: HOST_KEYS.into_iter().filter_map(value).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cloud_init_posts_is_read() {
        let said = said(
            b"pub_key_rsa=ssh-rsa+AAAA+root%40app-1%0A&pub_key_ecdsa=N%2FA&\
              pub_key_ed25519=ssh-ed25519+BBBB&instance_id=i-1&hostname=app-1&\
              fqdn=app-1.example.org&more=x",
        );
        let Said {
            host_name,
            fqdn,
            instance_id,
            host_keys,
        } = said;
        assert_eq!(host_name.as_deref(), Some("app-1"));
        assert_eq!(fqdn.as_deref(), Some("app-1.example.org"));
        assert_eq!(instance_id.as_deref(), Some("i-1"));
        assert_eq!(host_keys, ["ssh-ed25519 BBBB", "ssh-rsa AAAA root@app-1"]);
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        for body in [
            b"".as_slice(),
            b"\xff\xfe&&&=&=x",
            b"hostname=&fqdn=N/A",
            b"hostname=a%0Ab&fqdn=%00",
        ] {
            assert_eq!(said(body), Said::default(), "{body:?}");
        }
        let long = format!("hostname={}", "a".repeat(LONGEST + 1));
        assert_eq!(said(long.as_bytes()), Said::default());
    }
}
