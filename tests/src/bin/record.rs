//! Makes the recordings of `cloud/tests/recorded` anew, on the real OpenStack of `tests/openstack`:
//!
//! ```text
//! tests/openstack/lab.sh up
//! UNDERSTUDY_LAB=$PWD/target/openstack/root/lab.env target/debug/record
//! ```
//!
//! What is recorded is said by the program as people run it, with `--record`. Of everything that was
//! read only the last answer is kept, so that the files stay small; of everything that changed
//! something, all.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tests::openstack::{CLOUD, Client, Lab, LabProject, Quotas, REGION, Service, text};

/// The key of somebody's keypair; nobody has its private half.
const THEIRS: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC";

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let lab = Lab::get().await;
    lab.provide().await;
    for (name, vcpus, ram_mib, disk_gib) in [
        ("m1.medium", 2, 4096, 40),
        ("rec.small", 1, 1024, 10),
        ("v1-r1-d30", 1, 1024, 30),
    ] {
        lab.flavor(name, vcpus, ram_mib, disk_gib).await;
    }
    lab.flavors(&tests::world::example_recipe().flavors).await;
    let quotas = Quotas {
        instances: 1000,
        ..Quotas::default()
    };
    let project = lab.project("recorded", quotas).await;
    put_foreign(&lab, &project).await;

    let clouds = folder.path().join("clouds.yaml");
    let described = project.clouds_yaml(CLOUD, REGION, &lab.auth_url(REGION));
    fs::write(&clouds, described).unwrap();
    let recorder = Recorder {
        folder: folder.path().to_owned(),
        clouds,
    };
    recorder.doctor();
    recorder.copy();
    recorder.copy_with_data(&project).await;
    project.remove().await;
}

/// What is beside everything, and not ours.
async fn put_foreign(lab: &Lab, project: &LabProject) {
    let client = project.client().await;
    let outside = lab.external_network("public", "203.0.113.0/24").await;
    let neutron = async |path: &str, body: Value, object: &str| {
        let made = client
            .post(Service::Neutron, &format!("/v2.0/{path}"), body)
            .await;
        text(&made[object]["id"])
    };
    let body = json!({ "network": { "name": "theirs" } });
    let network = neutron("networks", body, "network").await;
    let body = json!({ "subnet": {
        "network_id": network, "cidr": "10.9.0.0/24", "ip_version": 4, "name": "theirs",
    }});
    neutron("subnets", body, "subnet").await;
    let body = json!({ "router": {
        "name": "theirs", "external_gateway_info": { "network_id": outside },
    }});
    neutron("routers", body, "router").await;
    let body = json!({ "floatingip": { "floating_network_id": outside } });
    neutron("floatingips", body, "floatingip").await;
    let body = json!({ "volume": { "name": "theirs", "size": 1 } });
    client
        .post(Service::Cinder, "/v3/{project}/volumes", body)
        .await;
    let body = json!({ "server_group": { "name": "theirs", "policy": "anti-affinity" } });
    client
        .post(Service::Nova, "/v2.1/os-server-groups", body)
        .await;
    let body = json!({ "keypair": { "name": "theirs", "public_key": THEIRS, "type": "ssh" } });
    client.post(Service::Nova, "/v2.1/os-keypairs", body).await;
}

/// Runs the program, and keeps what was said.
struct Recorder {
    folder: PathBuf,
    clouds: PathBuf,
}

impl Recorder {
    /// Runs it to its end; statuses that are good.
    fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>, good: &[i32]) {
        let program = std::env::current_exe().unwrap();
        let program = program.with_file_name("understudy_under_test");
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("UNDERSTUDY_DATA", self.folder.join("data"))
            .env("OS_CLIENT_CONFIG_FILE", &self.clouds)
            .env_remove("UNDERSTUDY_RECORD");
        let status = command.status().unwrap().code().unwrap();
        assert!(good.contains(&status), "status {status}: {command:?}");
    }

    /// Runs it, and adds what was said to a recording.
    fn record(&self, into: &str, arguments: &[&str], good: &[i32]) {
        let said = tempfile::tempdir_in(&self.folder).unwrap();
        let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        all.extend([OsStr::new("--record"), said.path().as_os_str()]);
        self.run(all, good);
        let mut files = fs::read_dir(said.path()).unwrap();
        let file = files.next().expect("something was said").unwrap().path();
        assert!(files.next().is_none(), "with one cloud");
        let mut text = fs::read_to_string(self.folder.join(into)).unwrap_or_default();
        let more = fs::read_to_string(file).unwrap();
        // One head is enough.
        for line in more.lines().skip(usize::from(!text.is_empty())) {
            text.push_str(line);
            text.push('\n');
        }
        fs::write(self.folder.join(into), text).unwrap();
    }

    /// Puts a recording where it belongs.
    fn keep(&self, name: &str) {
        let text = fs::read_to_string(self.folder.join(name)).unwrap();
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cloud/tests/recorded");
        fs::write(place.join(name), shortened(&text)).unwrap();
        println!("{name}: {} lines", shortened(&text).lines().count());
    }

    /// A file of the WebPlatform's, on this cloud.
    fn import(&self, path: &Path) {
        let text = fs::read_to_string(path).unwrap();
        let here = self.folder.join(path.file_name().unwrap());
        let on_this = format!("cloud: {CLOUD} ");
        fs::write(&here, text.replace("cloud: simulated", on_this.trim_end())).unwrap();
        self.run([OsStr::new("import"), here.as_os_str()], &[0]);
    }

    fn doctor(&self) {
        // Limited, as a member's credential by password is.
        self.record("doctor.jsonl", &["cloud", "doctor", CLOUD], &[0]);
        self.keep("doctor.jsonl");
    }

    fn copy(&self) {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/webplatform");
        for file in ["production-2014.yaml", "temporary.yaml"] {
            self.import(&examples.join(file));
        }
        let (recipe, name) = ("temporary", "try-rec");
        let copy = [
            "copy",
            "production-2014",
            "--recipe",
            recipe,
            "--name",
            name,
            "--up",
        ];
        self.record("up.jsonl", &copy, &[0]);
        // There is nothing to do, and so everything is looked at.
        self.record("up.jsonl", &["up", name], &[0]);
        self.keep("up.jsonl");
        self.record("down.jsonl", &["down", name], &[0]);
        self.keep("down.jsonl");
    }

    async fn copy_with_data(&self, project: &LabProject) {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cloud/tests/recorded");
        for file in ["shop.yaml", "with-data.yaml"] {
            self.import(&here.join(file));
        }
        self.run(["up", "shop"], &[0]);
        let (recipe, name) = ("with-data", "try-data");
        let copy = ["copy", "shop", "--recipe", recipe, "--name", name, "--up"];
        self.record("data-up.jsonl", &copy, &[0]);
        // Somebody makes images of the databases of both, by hand.
        make_images(&project.client().await).await;
        self.record("data-up.jsonl", &["up", name], &[0]);
        self.keep("data-up.jsonl");
        self.record("data-down.jsonl", &["down", name], &[0]);
        self.keep("data-down.jsonl");
        self.run(["down", "shop"], &[0]);
    }
}

/// Makes an image of each server that is called `db1`, and waits until they are whole.
async fn make_images(client: &Client) {
    let found = client.get(Service::Nova, "/v2.1/servers/detail").await;
    let servers = found["servers"].as_array().unwrap().iter();
    let mut number = 0;
    for server in servers.filter(|server| server["name"] == "db1") {
        number += 1;
        let path = format!("/v2.1/servers/{}/action", text(&server["id"]));
        let body = json!({ "createImage": { "name": format!("by-hand-{number}") } });
        client.post(Service::Nova, &path, body).await;
    }
    assert_eq!(number, 2);
    for number in 1..=number {
        let path = format!("/v2/images?name=by-hand-{number}&status=active");
        for left in (0..300).rev() {
            let found = client.get(Service::Glance, &path).await;
            if found["images"][0]["id"].is_string() {
                break;
            }
            assert!(left > 0, "by-hand-{number} is not active after 30 s");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
}

/// A recording with the last answer alone of everything that was read.
fn shortened(text: &str) -> String {
    let lines: Vec<(Option<String>, &str)> = text.lines().map(|line| (read(line), line)).collect();
    let last: BTreeMap<&str, usize> = lines
        .iter()
        .enumerate()
        .filter_map(|(number, (read, _))| Some((read.as_deref()?, number)))
        .collect();
    let kept = lines.iter().enumerate().filter(|(number, (read, _))| {
        let newest = read.as_deref().and_then(|read| last.get(read));
        newest.is_none_or(|newest| newest == number)
    });
    kept.fold(String::new(), |text, (_, (_, line))| text + line + "\n")
}

/// What a line read; none where it changed something, or is the head.
fn read(line: &str) -> Option<String> {
    let said: Value = serde_json::from_str(line).unwrap();
    let asked = said["asked"].as_str()?;
    let call = &said["call"];
    match (asked, call["method"].as_str()) {
        ("send", Some("GET")) => Some(call.to_string()),
        ("send", _) => None,
        _ => Some(format!("{asked} {}", said["service"])),
    }
}
