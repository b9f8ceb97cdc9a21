//! The data folder: what keeps it from being used is said, with a way out.

use std::fs;

use crate::program::Place;

#[test]
fn a_folder_that_cannot_be_used_is_named_with_a_way_out() {
    let place = Place::new();
    let file = place.file("file", "");
    let inside = format!("{file}/data");
    let error = place.run(["environments", "--data", &inside]).error();
    assert!(
        error.contains(&inside) && error.contains("--data FOLDER"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_no_database_is_not_touched() {
    let place = Place::new();
    fs::create_dir(place.data()).unwrap();
    let database = place.data().join("understudy.db");
    fs::write(
        &database,
        "something else entirely, and long enough to be looked at\n".repeat(100),
    )
    .unwrap();
    let before = fs::read(&database).unwrap();
    let error = place.run(["environments"]).ended(2).stderr;
    assert!(error.contains("understudy.db"), "{error}");
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[tokio::test]
async fn data_of_a_newer_version_is_refused_with_a_way_out() {
    use sqlx::{ConnectOptions, Connection, Executor, sqlite::SqliteConnectOptions};
    let place = Place::new();
    place.run(["environments"]).ended(0);
    let database = place.data().join("understudy.db");
    let options = SqliteConnectOptions::new().filename(&database);
    let mut connection = options.connect().await.unwrap();
    connection
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (99990101000000, 'from the future', 1, x'00', 0)",
        )
        .await
        .unwrap();
    connection.close().await.unwrap();
    let error = place.run(["environments"]).error();
    assert!(error.contains("newer Understudy"), "{error}");
    assert!(error.contains("another data folder"), "{error}");
}

#[test]
fn a_database_is_named_by_its_url_which_is_never_shown() {
    let place = Place::new();
    let error = place
        .run([
            "environments",
            "--database",
            "mysql://me:secret@127.0.0.1/x",
        ])
        .error();
    assert!(
        error.contains("postgres://") && !error.contains("secret"),
        "{error}"
    );
    let url = "postgres://me:secret@127.0.0.1:1/x";
    let ran = place.run(["environments", "--database", url]).ended(2);
    assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
    let help = place
        .command(["serve", "--help"])
        .env("UNDERSTUDY_DATABASE", url)
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(
        help.contains("UNDERSTUDY_DATABASE") && !help.contains("secret"),
        "{help}"
    );
}

#[test]
fn a_token_is_shown_once_and_never_stored() {
    let place = Place::new();
    let ran = place
        .run(["token", "--name", "report", "--expires", "1d"])
        .ended(0);
    let secret = ran.stdout.trim();
    assert_eq!(secret.len(), 64);
    let ran = place.run(["token", "--sign-in"]).ended(0);
    let (address, link) = ran.stdout.trim().split_once("sign-in?token=").unwrap();
    assert_eq!(address, "http://127.0.0.1:8080/");
    assert_eq!(link.len(), 64);
    for entry in fs::read_dir(place.data()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for secret in [secret, link] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "a secret is stored");
        }
    }
}
