//! `console` and `key`: what an instance says, and what lets people into it; and what `up` says of
//! instances that can report, and of those that can't.

use std::process::Stdio;

use server::assets::FRONT_BUILT;

use crate::program::{AtWork, Place};

const QUICK: [&str; 2] = ["--simulated-build-seconds", "0"];
const COPY: [&str; 6] = [
    "copy",
    "production-2014",
    "--recipe",
    "temporary",
    "--name",
    "try-1",
];

#[test]
fn consoles_are_read_and_keys_are_fetched() {
    let place = Place::new();
    let run = |args: &[&str]| place.run([args, &QUICK[..]].concat());
    run(&COPY).ended(0);
    let early = run(&["console", "try-1", "db[1]"]).error();
    assert!(
        early.contains("there is no console of db[1] in try-1: it is not in the cloud"),
        "{early}"
    );

    // No server is at work here, so nobody could take a report, and nobody is asked for one.
    let up = run(&["up", "try-1"]).ended(0);
    for part in [
        "running: the cloud says so (ACTIVE); nobody inside has reported",
        "The key that lets you in: understudy key try-1 access",
    ] {
        assert!(up.stdout.contains(part), "{part}: {}", up.stdout);
    }
    assert!(!up.stdout.contains("it was asked"), "{}", up.stdout);

    // By group and number, and by host name.
    let all = run(&["console", "try-1", "db[2]"]).ended(0).stdout;
    assert!(all.contains("Linux version"), "{all}");
    let last = run(&["console", "try-1", "db2", "--lines", "2"]).ended(0);
    let lines: Vec<&str> = last.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", last.stdout);
    assert_eq!(lines[1], "db2 login:");
    let wrong = run(&["console", "try-1", "web[1]"]).error();
    assert!(
        wrong.contains("try-1 has no instance `web[1]`; it has db[1], db[2], "),
        "{wrong}"
    );

    let private = run(&["key", "try-1", "access", "--reason", "to look"]).ended(0);
    let private = ssh_key::PrivateKey::from_openssh(&private.stdout).unwrap();
    let public = run(&["key", "try-1", "access", "--public"]).ended(0).stdout;
    let public = ssh_key::PublicKey::from_openssh(public.trim()).unwrap();
    assert_eq!(private.public_key().key_data(), public.key_data());
    let missing = run(&["key", "try-1", "other"]).error();
    assert!(
        missing.contains("try-1 has no keypair `other`: it has access"),
        "{missing}"
    );
    let none = run(&["key", "production-2014", "access"]).error();
    assert!(none.contains("production-2014 has no keypairs"), "{none}");
}

#[test]
fn a_copy_is_ready_where_a_server_hears_its_machines() {
    if !FRONT_BUILT {
        // Such a binary can't serve, see `serve`.
        return;
    }
    let place = Place::new();
    let mut command = place.command([&["--listen", "127.0.0.1:0"], &QUICK[..]].concat());
    command.stderr(Stdio::inherit());
    let mut server = AtWork::start(command);
    server.until("/sign-in?token=");
    place.run(COPY).ended(0);
    let up = place.run(["up", "try-1"]).ended(0);
    assert_eq!(
        up.stdout.matches("ready: it reported at ").count(),
        9,
        "{}",
        up.stdout
    );
    let console = place.run(["console", "try-1", "storage[1]"]).ended(0);
    assert!(
        console.stdout.contains("phone_home: reported"),
        "{}",
        console.stdout
    );
    assert!(
        !console.stdout.contains("/phone-home/"),
        "{}",
        console.stdout
    );
}

#[test]
fn where_instances_report_is_an_address() {
    let place = Place::new();
    for wrong in [
        "understudy.example.org",
        "https://me:pw@example.org",
        "ftp://x",
    ] {
        let error = place
            .run(["up", "try-1", "--public-url", wrong])
            .ended(2)
            .stderr;
        assert!(
            error.contains("is no address that instances could report to"),
            "{error}"
        );
    }
}

#[test]
fn what_collectd_needs_is_printed_with_the_hosts_token() {
    let place = Place::new();
    let collectd = |instance: &str| {
        let url = ["--public-url", "https://understudy.example.org/tools/"];
        place.run(
            [
                &["facts", "collectd", "production-2014", instance],
                &url[..],
            ]
            .concat(),
        )
    };
    let text = collectd("db[1]").ended(0).stdout;
    assert!(
        text.contains("URL \"https://understudy.example.org/tools/collectd/"),
        "{text}"
    );
    assert!(text.contains("/db/1\"\n"), "{text}");
    let token = |text: &str| {
        let (_, rest) = text.split_once("Bearer ").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    assert_eq!(token(&text).len(), 64);
    // The same for the same host however often it is asked for, another for another.
    assert_eq!(collectd("db1").ended(0).stdout, text);
    assert_ne!(token(&collectd("db[2]").ended(0).stdout), token(&text));
    let nowhere = place
        .run(["facts", "collectd", "production-2014", "db[1]"])
        .error();
    assert!(nowhere.contains("--public-url https://"), "{nowhere}");
    let nobody = collectd("web[1]").error();
    assert!(nobody.contains("has no instance `web[1]`"), "{nobody}");
    let monitors = place.run(["facts", "monitors"]).ended(0).stdout;
    assert!(monitors.contains("serve --prometheus URL"), "{monitors}");
}
