//! What runs inside simulated servers: each reads its user data as cloud-init would, waits for its
//! volumes, and reports where it was told to, over the network, like anybody else's machine. The
//! cloud around it knows nothing of that; whoever runs the cloud lets its machines act.

use std::fmt::Write as _;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::port::CloudError;
use model::id::CloudId;
use model::resource::Power;
use plan::user_data::UserData;
use serde::{Deserialize, Serialize};

use super::Simulated;
use super::config::{SimulatedConfig, scatter};
use super::world::{Body, BootRow, Millis, Row, Server, World};

/// How long a machine waits before it reports again, as cloud-init does.
const AGAIN: Millis = 3000;
/// How often it tries unless its user data says otherwise, as cloud-init does.
const TRIES: u32 = 10;
/// How often machines are looked after.
const PACE: Duration = Duration::from_millis(200);

/// What a machine does of its own accord.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Guest {
    /// The volumes that its first boot waits for.
    pub volumes: Vec<CloudId>,
    /// How many commands it runs then.
    pub commands: usize,
    pub report: Report,
}

/// Whether it reports that it is ready.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Report {
    /// Nobody asked it to.
    #[default]
    NotAsked,
    /// It will, so long after it became ACTIVE.
    Due {
        url: String,
        after: Millis,
        tried: u32,
        tries: u32,
    },
    /// It has.
    Done { after: Millis },
    /// It could not, however often it tried.
    GivenUp { url: String },
    /// Something in it failed before.
    Never { why: String },
}

/// As much of a user data document as a machine acts on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    phone_home: Option<PhoneHome>,
    write_files: Vec<WrittenFile>,
}

#[derive(Debug, Deserialize)]
struct PhoneHome {
    url: String,
    #[serde(default)]
    tries: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct WrittenFile {
    path: String,
    #[serde(default)]
    content: String,
}

impl Guest {
    /// The machine that a server will be; `never` is why it will not report, where a fault says so.
    pub fn reading(
        user_data: Option<&UserData>,
        never: Option<String>,
        config: &SimulatedConfig,
        occasion: &str,
    ) -> Self {
        // What is no YAML tells a machine nothing, as with cloud-init.
        let document: Document = user_data
            .and_then(|data| serde_saphyr::from_str(data.expose()).ok())
            .unwrap_or_default();
        let file = |file: &&WrittenFile| file.path == "/var/lib/understudy/first-boot";
        let script = document.write_files.iter().find(file);
        let volumes = script.map_or_else(Vec::new, |script| {
            let lines = script.content.lines();
            lines
                .filter_map(|line| line.strip_prefix("volume '")?.split('\'').next())
                .map(CloudId::new)
                .collect()
        });
        let is_command =
            |file: &&WrittenFile| file.path.starts_with("/var/lib/understudy/first-boot.d/");
        let report = match (document.phone_home, never) {
            (None, _) => Report::NotAsked,
            (Some(_), Some(why)) => Report::Never { why },
            (Some(PhoneHome { url, tries }), None) => Report::Due {
                url,
                after: config.report.choose(config.seed, occasion),
                tried: 0,
                tries: tries.unwrap_or(TRIES),
            },
        };
        Self {
            volumes,
            commands: document.write_files.iter().filter(is_command).count(),
            report,
        }
    }
}

/// A report that is due.
struct Due {
    id: CloudId,
    url: String,
    form: Vec<(&'static str, String)>,
}

/// The reports that are due: of servers that are ACTIVE and have all that they wait for.
fn due(world: &World, now: Millis) -> Vec<Due> {
    let attached = |server: &CloudId, volume: &CloudId| {
        world.attachment_of(volume).is_some_and(|row| {
            matches!(&row.body, Body::VolumeAttachment { instance, .. } if instance == server)
        })
    };
    world
        .servers()
        .filter(|(row, _)| row.gone.is_none() && row.fault.is_none())
        // One that is stopped does nothing.
        .filter(|(_, server)| server.power == Power::Running)
        .filter_map(|(row, server)| match &server.guest.report {
            Report::Due { url, after, .. }
                if now >= row.ready + after
                    && server.guest.volumes.iter().all(|v| attached(&row.id, v)) =>
            {
                Some(Due {
                    id: row.id.clone(),
                    url: url.clone(),
                    form: form(row, server),
                })
            }
            _ => None,
        })
        .collect()
}

/// What cloud-init posts.
fn form(row: &Row, server: &Server) -> Vec<(&'static str, String)> {
    vec![
        ("pub_key_rsa", "N/A".to_owned()),
        ("pub_key_ecdsa", "N/A".to_owned()),
        ("pub_key_ed25519", host_key(row)),
        ("instance_id", row.id.to_string()),
        ("hostname", server.host_name.clone()),
        ("fqdn", server.host_name.clone()),
    ]
}

/// A public key that looks like one and is nobody's.
fn host_key(row: &Row) -> String {
    const ALGORITHM: &[u8] = b"ssh-ed25519";
    let mut bytes = vec![0, 0, 0, 11];
    bytes.extend_from_slice(ALGORITHM);
    bytes.extend([0, 0, 0, 32]);
    for part in 0..4 {
        bytes.extend(scatter(part, row.id.as_str()).to_be_bytes());
    }
    format!("ssh-ed25519 {} root", STANDARD.encode(bytes))
}

/// The network that simulated machines are on.
#[async_trait]
pub trait Network: Send + Sync {
    /// Posts a form; an error where it wasn't taken.
    async fn post(&self, url: &str, form: &[(&'static str, String)]) -> Result<(), String>;
}

impl Simulated {
    /// Lets the machines act until the future is dropped.
    pub async fn live(&self, network: &dyn Network) {
        loop {
            if let Err(error) = self.act(network).await {
                tracing::warn!(%error, "simulated machines could not act");
            }
            self.clock.sleep(PACE).await;
        }
    }

    /// Lets the machines do what they are to do by now; how many reported.
    pub async fn act(&self, network: &dyn Network) -> Result<usize, CloudError> {
        let now = self.now();
        let due = self.file.read(|world| due(world, now)).await?;
        let mut taken = 0;
        for Due { id, url, form } in due {
            let posted = network.post(&url, &form).await;
            taken += usize::from(posted.is_ok());
            let now = self.now();
            self.file
                .write(|world| tell(world, &id, now, posted.is_ok()))
                .await?;
        }
        Ok(taken)
    }
}

/// Notes what came of a report.
fn tell(world: &mut World, id: &CloudId, now: Millis, taken: bool) {
    let Some(row) = world.row(id) else { return };
    let Body::Instance(server) = &row.body else {
        return;
    };
    let Report::Due {
        url, tried, tries, ..
    } = &server.guest.report
    else {
        return;
    };
    let since = now - row.ready;
    let report = if taken {
        Report::Done { after: since }
    } else if tried + 1 >= *tries {
        Report::GivenUp { url: url.clone() }
    } else {
        Report::Due {
            url: url.clone(),
            after: since + AGAIN,
            tried: tried + 1,
            tries: *tries,
        }
    };
    let row = Row {
        body: Body::Instance(Box::new(Server {
            guest: Guest {
                report,
                ..server.guest.clone()
            },
            ..(**server).clone()
        })),
        ..row.clone()
    };
    world.put(row);
}

/// The last lines that a server said on its console.
pub(super) fn console(
    world: &World,
    row: &Row,
    server: &Server,
    now: Millis,
    lines: u32,
) -> String {
    let mut text = String::new();
    let mut say = |line: &str| {
        // Writing into a String does not fail.
        let _ = writeln!(text, "{line}");
    };
    let system = match &server.boot {
        BootRow::Offered(image) => image.to_string(),
        BootRow::Own { image } => image.to_string(),
        BootRow::Volume { volume } => format!("volume {volume}"),
    };
    say("[    0.000000] Linux version 6.12.0 (simulated)");
    say(&format!("[    1.204311] {system}: reached target Network"));
    say("cloud-init[412]: Cloud-init v. 24.4 running 'modules:final'");
    for volume in &server.guest.volumes {
        match world.attachment_of(volume) {
            Some(_) => say(&format!("understudy: volume {volume} is /dev/vdb")),
            None => say(&format!("understudy: waiting for volume {volume}")),
        }
    }
    for command in 1..=server.guest.commands {
        say(&format!("understudy: command {command:04}"));
    }
    match &server.guest.report {
        Report::Due { url, tried, .. } if *tried > 0 => {
            say(&format!(
                "cloud-init[412]: url_helper.py[WARNING]: Calling '{url}' failed"
            ));
        }
        Report::NotAsked | Report::Due { .. } => {}
        Report::Done { .. } => say("cloud-init[412]: phone_home: reported"),
        Report::GivenUp { url } => say(&format!(
            "cloud-init[412]: cc_phone_home.py[WARNING]: Failed to post phone home data to {url}"
        )),
        Report::Never { why } => say(&format!("understudy: first boot FAILED: {why}")),
    }
    let up = (now - row.ready) / 1000;
    say(&format!("cloud-init[412]: finished. Up {up} seconds"));
    say(&format!("{} login:", server.host_name));
    let all: Vec<&str> = text.lines().collect();
    let from = all.len().saturating_sub(lines as usize);
    let mut last = all[from..].join("\n");
    last.push('\n');
    last
}
