//! What is taken out of a recording, and what stays in it.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// What must never come through.
const PLANTED: &str = "Planted-7hR2x";

fn redactor() -> Redactor {
    Redactor::default()
}

#[test]
fn secrets_of_the_services_are_known_by_name() {
    for name in [
        "adminPass",
        "private_key",
        "user_data",
        "OS-EXT-SRV-ATTR:user_data",
        "password",
        "auth_password",
        "X-Auth-Token",
        "Authorization",
        "auth",
        "db_pass",
        "DB_PASSWORD",
        "application_credential_secret",
        "encryption_key_id",
        "personality",
        "output",
        "wifi-psk",
    ] {
        let body = redactor().value(json!({ "server": { name: PLANTED } }));
        assert!(!body.to_string().contains(PLANTED), "{name}: {body}");
    }
}

#[test]
fn what_the_driver_reads_stays() {
    let body = json!({
        "id": "6f2c", "name": "profile-a1", "key_name": "ops", "status": "ACTIVE",
        "description": "understudy:1:0c0a:0c0b:1:network/internal",
        "metadata": {"understudy-key": "instance/db[1]", "understudy-profiles-0": "mysql,ntp"},
        "security_groups": ["a"], "port_security_enabled": true, "public_key": "ssh-ed25519 AAAA",
        "maxTotalKeypairs": 100, "cidr": "10.14.0.0/24", "created_at": "2026-11-20T14:31:07Z",
        "config_drive": "", "adminPass": null,
    });
    assert_eq!(redactor().value(body.clone()), body);
    let words = "Quota exceeded for resources: ['security_group_rule']. (HTTP 409)";
    assert_eq!(redactor().text(words), words);
}

#[test]
fn secrets_in_texts_are_known_by_their_look() {
    let texts = [
        format!("password={PLANTED}&user=me"),
        format!("mysql://me:{PLANTED}@127.0.0.1/nova refused"),
        format!("X-Auth-Token: {PLANTED}"),
        format!("Authorization: Bearer {PLANTED}, then more"),
        format!("{{\"auth_token\": \"{PLANTED}\""),
        format!("{{'admin_password': '{PLANTED} with spaces'}}"),
        format!(r#"body: {{\"password\": \"{PLANTED}\"}}"#),
        format!("-----BEGIN RSA PRIVATE KEY-----\n{PLANTED}\n-----END RSA PRIVATE KEY-----\n"),
        format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{PLANTED}"),
        format!("-----BEGIN CERTIFICATE-----\nx\n-----BEGIN PRIVATE KEY-----\n{PLANTED}"),
        format!("token gAAAAABn{PLANTED}0123456789012345678901234 is not valid"),
        format!("eyJhbGciOiJSUzI1NiJ9.eyJzdWIi{PLANTED}.abcdefghijklmnopqrstuvwxyz"),
        format!(r#"{{"outer": [{{"client_secret": "{PLANTED}"}}]}}"#),
        format!("secret = {PLANTED}"),
    ];
    for text in texts {
        let told = redactor().text(&text);
        assert!(!told.contains(PLANTED), "{text} became {told}");
        assert_eq!(redactor().text(&told), told);
    }
    let told = redactor().text("https://me:x@host/v3: refused (HTTP 503)");
    assert_eq!(told, "https://(removed)@host/v3: refused (HTTP 503)");
}

#[test]
fn a_known_secret_goes_wherever_it_stands() {
    let redactor = Redactor::knowing([PLANTED.to_owned(), String::new(), "e".to_owned()]);
    let call = Call::get(
        crate::openstack::transport::Service::Compute,
        format!("servers/{PLANTED}"),
    )
    .with("name", PLANTED)
    .with("access_token", "other");
    let told = serde_json::to_string(&redactor.call(&call)).unwrap();
    assert!(!told.contains(PLANTED) && !told.contains("other"), "{told}");
    let body = redactor.value(json!({ format!("a{PLANTED}"): [format!("x{PLANTED}y")] }));
    assert!(!body.to_string().contains(PLANTED), "{body}");
    assert!(body.to_string().contains("(removed)"));
    let lost = redactor.lost(&Lost::NoAnswer(format!("sent {PLANTED}")));
    assert_eq!(lost, Lost::NoAnswer("sent (removed)".into()));
    assert!(!format!("{redactor:?}").contains(PLANTED));
}

/// Ways in which a secret stands in a body.
fn planted() -> impl Strategy<Value = Value> {
    let secret_name = prop_oneof![
        Just("adminPass"),
        Just("user_data"),
        Just("private_key"),
        Just("os_password"),
        Just("X-Subject-Token"),
        Just("vault-secret-0"),
    ];
    let held = prop_oneof![
        Just(json!(PLANTED)),
        Just(json!([1, PLANTED])),
        Just(json!({ "inner": { "deep": PLANTED } })),
    ];
    prop_oneof![
        (secret_name.clone(), held).prop_map(|(name, held)| json!({ name: held, "id": 1 })),
        secret_name
            .clone()
            .prop_map(|name| json!({ "key": name, "value": PLANTED })),
        secret_name
            .clone()
            .prop_map(|name| json!(format!("{name}={PLANTED};x"))),
        secret_name.prop_map(|name| json!(json!({ name: PLANTED }).to_string())),
        Just(json!(format!("see https://u:{PLANTED}@h/"))),
    ]
}

/// Any JSON with secrets in it, at any depth.
fn bodies() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => planted(),
        1 => Just(Value::Null),
        1 => any::<i64>().prop_map(Value::from),
        1 => "[ -~]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z_:-]{1,10}", inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_secret_comes_through_at_any_depth(body in bodies()) {
        let told = redactor().value(body);
        prop_assert!(!told.to_string().contains(PLANTED), "{}", told);
        prop_assert_eq!(redactor().value(told.clone()), told);
    }
}
