//! The user data is YAML again, whatever it was made of, and says what it was told; its script does
//! to a machine what it says, and keeps quiet towards Understudy where it could not.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use model::first_boot::{Told, ToldMount, ToldVolume};
use model::group::Role;
use model::name::{EnvironmentName, GroupName, ProfileName, VolumeName};
use model::profile::Parameter;
use plan::user_data::{Filling, MOST_BYTES, UserData, Whose, render};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

#[derive(Clone, Debug, Default)]
struct Filled {
    phone_home: Option<String>,
    /// How volumes are called, in place of their ids.
    volumes: BTreeMap<String, String>,
}

impl Filling for Filled {
    fn volume(&self, name: &VolumeName) -> Option<String> {
        self.volumes.get(name.as_str()).cloned()
    }
    fn secret(&self, what: &str) -> String {
        format!("secret for {what}")
    }
    fn phone_home(&self) -> Option<String> {
        self.phone_home.clone()
    }
}

fn rendered(host_name: &str, profiles: &[ProfileName], told: &Told, filled: &Filled) -> UserData {
    let environment = EnvironmentName::new("copy-1").unwrap();
    let group = GroupName::new("app").unwrap();
    let whose = Whose {
        environment: &environment,
        group: &group,
        ordinal: 3,
        host_name,
        role: Some(Role::Replica),
    };
    render(whose, profiles, told, filled).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The content of a file that the document writes.
fn file<'a>(document: &'a Value, path: &str) -> Option<&'a str> {
    let files = document["write_files"].as_array().unwrap();
    let file = files.iter().find(|file| file["path"] == path)?;
    file["content"].as_str()
}

/// Texts that mean something to YAML, to a shell or to nobody.
fn text() -> impl Strategy<Value = String> {
    let hard = [
        "",
        " ",
        "~",
        "null",
        "no",
        "- a",
        "a: b",
        "a #b",
        "{a: b}",
        "[a]",
        "*x",
        "&y",
        "!t",
        "| x",
        "%d",
        "'q'",
        "\"q\"",
        "\\n",
        "a\nb\n",
        "\r\n",
        "\ttab",
        "---",
        "...",
        "\u{85}",
        "\u{2028}",
        "\u{feff}x",
        "\u{0}",
        "\u{7f}",
        "\u{9f}",
        "é ü 漢字 🦀",
        "$(id)",
        "`id`",
        "{{ x }}",
        "{% x %}",
        "$INSTANCE_ID",
        "'; rm -rf /; '",
        "#cloud-config",
    ];
    prop_oneof![
        2 => "[a-z]{1,8}( [a-z]{1,8}){0,3}",
        3 => select(hard.to_vec()).prop_map(str::to_owned),
        1 => vec(any::<char>(), 0..12).prop_map(|c| c.into_iter().collect()),
    ]
}

fn told() -> impl Strategy<Value = Told> {
    let volume = (option::of(text()), option::of(text()))
        .prop_map(|(mount, file_system)| ToldVolume { mount, file_system });
    let mount =
        (text(), text(), option::of(text())).prop_map(|(export, mount, file_system)| ToldMount {
            host: "storage1".into(),
            export,
            mount,
            file_system,
        });
    let parameter = prop_oneof![
        text().prop_map(Parameter::Text),
        text().prop_map(|secret| Parameter::Secret { secret }),
    ];
    let profile = || select(&["web", "null"][..]).prop_map(|name| name.parse().unwrap());
    (
        vec(text(), 0..4),
        btree_map(
            select(&["data", "logs"][..]).prop_map(|name| name.parse().unwrap()),
            volume,
            0..3,
        ),
        vec(mount, 0..3),
        btree_map(profile(), btree_map(text(), parameter, 1..4), 0..3),
    )
        .prop_map(|(commands, volumes, mounts, parameters)| Told {
            commands,
            volumes,
            mounts,
            parameters,
        })
}

proptest! {
    #[test]
    fn whatever_is_told_is_read_again(
        told in told(),
        host_name in prop_oneof![Just("app3".to_owned()), text()],
        phone_home in option::of(text()),
    ) {
        let filled = Filled {
            phone_home: phone_home.clone(),
            volumes: told.volumes.keys().map(|name| (name.to_string(), "4f0c".into())).collect(),
        };
        let profiles: Vec<ProfileName> = ["null", "web"].map(|name| name.parse().unwrap()).to_vec();
        let data = rendered(&host_name, &profiles, &told, &filled);
        prop_assert!(data.expose().starts_with("#cloud-config\n"));
        // So that YAML 1.1 reads it too, however its parser takes what is beyond.
        prop_assert!(data.expose().bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)));
        let document = yaml(data.expose());

        prop_assert_eq!(&document["hostname"], host_name.split('.').next().unwrap());
        let fqdn = host_name.contains('.').then_some(host_name.as_str());
        prop_assert_eq!(document.get("fqdn").and_then(Value::as_str), fqdn);
        prop_assert_eq!(document["phone_home"]["url"].as_str(), phone_home.as_deref());
        for (number, command) in (1..).zip(&told.commands) {
            let path = format!("/var/lib/understudy/first-boot.d/{number:04}");
            prop_assert_eq!(file(&document, &path), Some(command.as_str()));
        }
        let mounts: Vec<Value> = told.mounts.iter().map(|mount| json!([
            format!("{}:{}", mount.host, mount.export),
            mount.mount,
            mount.file_system.as_deref().unwrap_or("nfs"),
            "defaults,nofail,_netdev", "0", "0",
        ])).collect();
        prop_assert_eq!(document.get("mounts").cloned().unwrap_or(json!([])), json!(mounts));

        let instance = yaml(file(&document, "/etc/understudy/instance.yaml").unwrap());
        prop_assert_eq!(&instance["instance"], "app[3]");
        prop_assert_eq!(&instance["environment"], "copy-1");
        prop_assert_eq!(&instance["host_name"], host_name.as_str());
        prop_assert_eq!(&instance["role"], "replica");
        for name in &profiles {
            let expected: BTreeMap<&str, String> = told.parameters.get(name).into_iter().flatten()
                .map(|(name, parameter)| (name.as_str(), match parameter {
                    Parameter::Text(text) => text.clone(),
                    Parameter::Secret { secret } => format!("secret for {secret}"),
                }))
                .collect();
            prop_assert_eq!(&instance["profiles"][name.as_str()], &json!(expected));
        }
        for (name, volume) in &told.volumes {
            let expected = json!({
                "mount": volume.mount,
                "file_system": volume.file_system.as_deref().unwrap_or("ext4"),
            });
            prop_assert_eq!(&instance["volumes"][name.as_str()], &expected);
        }
        let runs = !told.commands.is_empty() || !told.volumes.is_empty();
        prop_assert_eq!(document.get("runcmd").is_some(), runs);
        prop_assert_eq!(file(&document, "/var/lib/understudy/first-boot").is_some(), runs);
    }

    /// A shell takes each volume's id, mount point and file system as the words that they are.
    #[test]
    fn a_shell_reads_the_words_again(mount in text(), file_system in text()) {
        let volume = ToldVolume {
            mount: Some(mount.clone()),
            file_system: Some(file_system.clone()),
        };
        let told = Told {
            volumes: BTreeMap::from([("data".parse().unwrap(), volume)]),
            ..Told::default()
        };
        let script = script(&told, "4f'0c");
        let line = script.split_once("\nvolume ").unwrap().1.split_once("\n\nfor command").unwrap().0;
        let output = Command::new("sh")
            .args(["-c", &format!("printf '%s\\0' {line}")])
            .output()
            .unwrap();
        let expected = format!("4f'0c\0{}\0{}\0", mount.replace('\0', ""), file_system.replace('\0', ""));
        prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}

fn script(told: &Told, id: &str) -> String {
    let filled = Filled {
        phone_home: Some("http://understudy/phone-home".into()),
        volumes: told
            .volumes
            .keys()
            .map(|name| (name.to_string(), id.into()))
            .collect(),
    };
    let data = rendered("app3", &[], told, &filled);
    let document = yaml(data.expose());
    file(&document, "/var/lib/understudy/first-boot")
        .unwrap()
        .to_owned()
}

#[test]
fn a_document_for_people() {
    let told = Told {
        commands: vec!["apt-get install --yes nginx".into()],
        volumes: BTreeMap::from([(
            "data".parse().unwrap(),
            ToldVolume {
                mount: Some("/srv/data".into()),
                file_system: Some("xfs".into()),
            },
        )]),
        mounts: vec![ToldMount {
            host: "storage1".into(),
            export: "/files".into(),
            mount: "/srv/files".into(),
            file_system: Some("glusterfs".into()),
        }],
        parameters: BTreeMap::from([(
            "web".parse().unwrap(),
            BTreeMap::from([("port".to_owned(), Parameter::Text("8080".into()))]),
        )]),
    };
    let filled = Filled {
        phone_home: Some("https://understudy.example.org/phone-home/TOKEN".into()),
        volumes: BTreeMap::from([("data".into(), "4f0c1b9e-2f7a-4a53-8f4e-1d2c3b4a5968".into())]),
    };
    let profiles = ["rsync".parse().unwrap(), "web".parse().unwrap()];
    let data = rendered("app3.example.org", &profiles, &told, &filled);
    insta::assert_snapshot!(data.expose());
    let document = yaml(data.expose());
    insta::assert_snapshot!(file(&document, "/etc/understudy/instance.yaml").unwrap());
    assert_eq!(
        format!("{data:?}"),
        format!("UserData({} bytes)", data.bytes())
    );
    assert!(data.bytes() < MOST_BYTES);
}

/// A machine of files: what the script looks at and calls is in a folder.
struct Machine {
    root: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in [
            "etc",
            "dev/disk/by-id",
            "sys/block/vda",
            "sys/block/vdb",
            "bin",
        ] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(
            root.path().join("etc/fstab"),
            "UUID=root / ext4 defaults 0 1\n",
        )
        .unwrap();
        let machine = Self { root };
        machine.program(
            "mkfs",
            "echo \"mkfs $*\" >>$UNDERSTUDY_ROOT/calls; touch $UNDERSTUDY_ROOT/made",
        );
        machine.program(
            "blkid",
            "[ -e $UNDERSTUDY_ROOT/made ] || exit 2; case $* in *UUID*) echo 1234-abcd;; esac",
        );
        machine.program("mount", "echo \"mount $*\" >>$UNDERSTUDY_ROOT/calls");
        machine.program("mountpoint", "exit 1");
        machine.program("sleep", "exec /bin/true");
        machine
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    fn program(&self, name: &str, does: &str) {
        let path = self.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{does}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_default()
    }

    /// Runs the script; whether it ended well, and what it said.
    fn run(&self, told: &Told) -> (bool, String) {
        let folder = self.path().join("var/lib/understudy/first-boot.d");
        fs::create_dir_all(&folder).unwrap();
        for (number, command) in (1..).zip(&told.commands) {
            fs::write(folder.join(format!("{number:04}")), command).unwrap();
        }
        let path = format!("{}/bin:/usr/bin:/bin", self.path().display());
        let output = Command::new("sh")
            .args(["-c", &script(told, "4f0c1b9e-2f7a-4a53-8f4e-1d2c3b4a5968")])
            .env_clear()
            .env("PATH", path)
            .env("UNDERSTUDY_ROOT", self.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.success(), said)
    }

    /// Whether cloud-init is kept from reporting.
    fn keeps_quiet(&self) -> bool {
        self.path()
            .join("var/lib/cloud/instance/sem/config_phone_home")
            .exists()
    }
}

fn with_volume() -> Told {
    let volume = ToldVolume {
        mount: Some("/srv/my data".into()),
        file_system: Some("xfs".into()),
    };
    Told {
        volumes: BTreeMap::from([("data".parse().unwrap(), volume)]),
        ..Told::default()
    }
}

#[test]
fn a_volume_is_found_by_its_serial_made_ready_and_mounted_once() {
    let machine = Machine::new();
    // 20 characters, without a line's end, as virtio shows them.
    fs::write(
        machine.path().join("sys/block/vdb/serial"),
        "4f0c1b9e-2f7a-4a53-8",
    )
    .unwrap();
    let (well, said) = machine.run(&with_volume());
    assert!(well, "{said}");
    let root = machine.path().display();
    assert_eq!(
        machine.read("calls"),
        format!("mkfs -t xfs -f {root}/dev/vdb\nmount {root}/srv/my data\n")
    );
    let fstab =
        "UUID=root / ext4 defaults 0 1\nUUID=1234-abcd /srv/my\\040data auto defaults,nofail 0 2\n";
    assert_eq!(machine.read("etc/fstab"), fstab);
    assert!(!machine.keeps_quiet());

    // What is on it is never made anew, and nothing is said twice.
    let (well, said) = machine.run(&with_volume());
    assert!(well, "{said}");
    assert_eq!(machine.read("calls").matches("mkfs").count(), 1);
    assert_eq!(machine.read("etc/fstab"), fstab);
}

#[test]
fn a_volume_on_a_scsi_bus_is_found_by_its_name() {
    let machine = Machine::new();
    let disk = machine.path().join("dev/sdb");
    fs::write(&disk, "").unwrap();
    let by_id = machine.path().join("dev/disk/by-id");
    let name = "scsi-0QEMU_QEMU_HARDDISK_4f0c1b9e-2f7a-4a53-8f4e-1d2c3b4a5968";
    std::os::unix::fs::symlink(&disk, by_id.join(name)).unwrap();
    fs::write(machine.path().join("dev/sdb1"), "").unwrap();
    std::os::unix::fs::symlink("../../sdb1", by_id.join(format!("{name}-part1"))).unwrap();
    let (well, said) = machine.run(&with_volume());
    assert!(well, "{said}");
    let disk = fs::canonicalize(disk).unwrap();
    assert!(
        machine
            .read("calls")
            .starts_with(&format!("mkfs -t xfs -f {}\n", disk.display()))
    );
}

#[test]
fn where_something_fails_the_machine_says_so_and_does_not_report() {
    let machine = Machine::new();
    let (well, said) = machine.run(&with_volume());
    assert!(!well);
    assert!(
        said.contains("FAILED: volume 4f0c1b9e") && said.contains("is not attached"),
        "{said}"
    );
    assert!(machine.keeps_quiet());

    let machine = Machine::new();
    let told = Told {
        commands: vec![
            "echo one >>$UNDERSTUDY_ROOT/ran".into(),
            "echo two >>$UNDERSTUDY_ROOT/ran\nfalse\necho never >>$UNDERSTUDY_ROOT/ran".into(),
            "echo three >>$UNDERSTUDY_ROOT/ran".into(),
        ],
        ..Told::default()
    };
    let (well, said) = machine.run(&told);
    assert!(!well && machine.keeps_quiet());
    assert_eq!(machine.read("ran"), "one\ntwo\n");
    assert!(said.contains("FAILED: command 0002 ended with 1"), "{said}");

    // Where nobody can say what is on a volume, nothing is made on it.
    let machine = Machine::new();
    fs::write(
        machine.path().join("sys/block/vdb/serial"),
        "4f0c1b9e-2f7a-4a53-8",
    )
    .unwrap();
    machine.program("blkid", "exit 4");
    let (well, _) = machine.run(&with_volume());
    assert!(!well && machine.keeps_quiet());
    assert_eq!(machine.read("calls"), "");
}
