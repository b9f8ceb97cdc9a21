//! User data: what cloud-init reads when an instance first starts, as one `#cloud-config` document.
//! It is rendered from what a plan holds and what only its executor knows: ids of volumes, secrets,
//! the address to report to. Nothing that was rendered may get into a log, an error or a recording.

use std::collections::BTreeMap;
use std::fmt;

use askama::Template;
use model::first_boot::{Told, ToldMount, ToldVolume};
use model::group::Role;
use model::name::{EnvironmentName, GroupName, ProfileName, VolumeName};
use model::profile::Parameter;
use model::resource::Instance;

/// The most that Nova takes, in bytes of base64.
pub const MOST_BYTES: usize = 65_535;

/// The longest address that an instance may be told to report to.
pub const LONGEST_PHONE_HOME: usize = 512;

/// The file system that is made on a volume that is to be mounted where nobody said which.
pub const USUAL_FILE_SYSTEM: &str = "ext4";

/// How others' file systems are mounted where nobody said how.
const USUAL_MOUNT: &str = "nfs";

/// A rendered document. It may hold secrets, so it never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct UserData(String);

impl UserData {
    /// The document, for the call that it is meant for.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its size as Nova counts it: in base64.
    pub const fn bytes(&self) -> usize {
        self.0.len().div_ceil(3) * 4
    }
}

impl fmt::Debug for UserData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserData({} bytes)", self.bytes())
    }
}

/// A mistake of ours: a document that could not be rendered.
#[derive(Debug, thiserror::Error)]
#[error("the user data could not be rendered: {0}")]
pub struct NotRendered(#[from] askama::Error);

/// Whose user data it is.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// Its environment.
    pub environment: &'a EnvironmentName,
    /// Its group.
    pub group: &'a GroupName,
    /// Its number in the group.
    pub ordinal: u32,
    /// Its host name.
    pub host_name: &'a str,
    /// What it is to the others of its group.
    pub role: Option<Role>,
}

impl<'a> Whose<'a> {
    /// An instance of an environment.
    pub fn instance(environment: &'a EnvironmentName, instance: &'a Instance) -> Self {
        Self {
            environment,
            group: &instance.group,
            ordinal: instance.ordinal,
            host_name: &instance.host_name,
            role: instance.role,
        }
    }
}

/// What only the executor knows.
pub trait Filling {
    /// What the cloud calls a volume of the instance; none where it is not there.
    fn volume(&self, name: &VolumeName) -> Option<String>;

    /// A secret, by what it is for.
    fn secret(&self, what: &str) -> String;

    /// Where the instance reports that it is ready; none where it is not asked to.
    fn phone_home(&self) -> Option<String>;
}

/// Renders the user data of an instance that has these profiles.
pub fn render<'a>(
    whose: Whose<'_>,
    profiles: impl IntoIterator<Item = &'a ProfileName>,
    told: &Told,
    filling: &impl Filling,
) -> Result<UserData, NotRendered> {
    let Told {
        commands,
        volumes,
        mounts,
        parameters,
    } = told;
    let Whose {
        environment,
        group,
        ordinal,
        host_name,
        role,
    } = whose;
    let volumes: Vec<Volume> = volumes
        .iter()
        .map(|(name, volume)| Volume::of(name, volume, filling.volume(name)))
        .collect();
    let mounts: Vec<Mount> = mounts.iter().map(Mount::of).collect();
    let empty = BTreeMap::new();
    let profiles = profiles.into_iter().map(|name| {
        let parameters = parameters.get(name).unwrap_or(&empty);
        let value = |parameter: &Parameter| match parameter {
            Parameter::Text(text) => Quoted::new(text),
            Parameter::Secret { secret } => Quoted::new(&filling.secret(secret)),
        };
        Profile {
            name: Quoted::new(name.as_str()),
            parameters: parameters
                .iter()
                .map(|(name, parameter)| (Quoted::new(name), value(parameter)))
                .collect(),
        }
    });
    let instance = InstanceFile {
        environment: Quoted::new(environment.as_str()),
        instance: Quoted::new(&format!("{group}[{ordinal}]")),
        group: Quoted::new(group.as_str()),
        ordinal,
        host_name: Quoted::new(host_name),
        role: role.map_or("null", Role::word),
        profiles: profiles.collect(),
        volumes: &volumes,
        mounts: &mounts,
    };
    let ready: Vec<&Volume> = volumes.iter().filter(|volume| volume.there).collect();
    let script = if commands.is_empty() && ready.is_empty() {
        None
    } else {
        Some(Quoted::new(&Script { volumes: &ready }.render()?))
    };
    let commands = (1_usize..).zip(commands).map(|(number, command)| {
        let path = format!("/var/lib/understudy/first-boot.d/{number:04}");
        (Quoted::new(&path), Quoted::new(command))
    });
    let name = host_name.split('.').next().unwrap_or(host_name);
    let document = Document {
        host_name: Quoted::new(name),
        fqdn: (name != host_name).then(|| Quoted::new(host_name)),
        instance: Quoted::new(&instance.render()?),
        script,
        commands: commands.collect(),
        mounts: &mounts,
        phone_home: filling.phone_home().as_deref().map(Quoted::new),
    };
    Ok(UserData(document.render()?))
}

/// A text as a scalar of YAML in double quotes: whatever it holds, it is read back as it was, by
/// YAML 1.1 (cloud-init's) and 1.2 alike. So nothing but plain ASCII stands in there as it is.
#[derive(Debug)]
struct Quoted(String);

impl Quoted {
    fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match (c, u32::from(c)) {
                ('"', _) => f.write_str("\\\"")?,
                ('\\', _) => f.write_str("\\\\")?,
                ('\n', _) => f.write_str("\\n")?,
                ('\t', _) => f.write_str("\\t")?,
                (' '..='~', _) => write!(f, "{c}")?,
                (_, code @ 0..=0xff) => write!(f, "\\x{code:02x}")?,
                (_, code @ 0x100..=0xffff) => write!(f, "\\u{code:04x}")?,
                (_, code) => write!(f, "\\U{code:08x}")?,
            }
        }
        f.write_str("\"")
    }
}

/// A text as one word of a shell: nothing in single quotes has a meaning but their end. (A shell
/// has no way to say the character NUL.)
#[derive(Debug)]
struct Word(String);

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("'")?;
        for c in self.0.chars() {
            match c {
                '\'' => f.write_str("'\\''")?,
                '\0' => {}
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("'")
    }
}

struct Volume {
    there: bool,
    id: Word,
    mount: Word,
    file_system: Word,
    quoted: QuotedVolume,
}

struct QuotedVolume {
    name: Quoted,
    mount: Nullable,
    file_system: Quoted,
}

/// A text, or nothing.
struct Nullable(Option<Quoted>);

impl fmt::Display for Nullable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(quoted) => quoted.fmt(f),
            None => f.write_str("null"),
        }
    }
}

impl Volume {
    fn of(name: &VolumeName, volume: &ToldVolume, id: Option<String>) -> Self {
        let ToldVolume { mount, file_system } = volume;
        let file_system = file_system.as_deref().unwrap_or(USUAL_FILE_SYSTEM);
        Self {
            there: id.is_some(),
            id: Word(id.unwrap_or_default()),
            mount: Word(mount.clone().unwrap_or_default()),
            file_system: Word(file_system.to_owned()),
            quoted: QuotedVolume {
                name: Quoted::new(name.as_str()),
                mount: Nullable(mount.as_deref().map(Quoted::new)),
                file_system: Quoted::new(file_system),
            },
        }
    }
}

struct Mount {
    source: Quoted,
    point: Quoted,
    file_system: Quoted,
}

impl Mount {
    fn of(mount: &ToldMount) -> Self {
        let ToldMount {
            host,
            export,
            mount,
            file_system,
        } = mount;
        Self {
            source: Quoted::new(&format!("{host}:{export}")),
            point: Quoted::new(mount),
            file_system: Quoted::new(file_system.as_deref().unwrap_or(USUAL_MOUNT)),
        }
    }
}

struct Profile {
    name: Quoted,
    parameters: Vec<(Quoted, Quoted)>,
}

/// The file in which an instance finds what it is for.
#[derive(Template)]
#[template(path = "instance.yaml", escape = "none")]
struct InstanceFile<'a> {
    environment: Quoted,
    instance: Quoted,
    group: Quoted,
    ordinal: u32,
    host_name: Quoted,
    role: &'static str,
    profiles: Vec<Profile>,
    volumes: &'a [Volume],
    mounts: &'a [Mount],
}

/// The script that runs once.
#[derive(Template)]
#[template(path = "first-boot.sh", escape = "none")]
struct Script<'a> {
    volumes: &'a [&'a Volume],
}

/// The whole.
#[derive(Template)]
#[template(path = "user-data.yaml", escape = "none")]
struct Document<'a> {
    host_name: Quoted,
    fqdn: Option<Quoted>,
    instance: Quoted,
    script: Option<Quoted>,
    commands: Vec<(Quoted, Quoted)>,
    mounts: &'a [Mount],
    phone_home: Option<Quoted>,
}
