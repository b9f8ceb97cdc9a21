//! Which OpenStack clouds there are, and how to sign in to them: `clouds.yaml` with its
//! `secure.yaml`, where `OS_CLIENT_CONFIG_FILE` or the usual folders have them, and the `OS_*`
//! variables of a sourced `openrc`. What is read here holds secrets: none of it is ever shown.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::port::Clock;
use model::name::CloudName;
use openstack_sdk::config::{
    CloudConfig, ConfigFile, find_clouds_file, find_config_files_specified_in_env,
};

use super::recording::{Recorder, Redactor};
use super::sdk::Sdk;
use super::transport::Transport;
use super::{OpenStack, Options};

/// What the cloud of the `OS_*` variables is called, as openstacksdk does.
const FROM_VARIABLES: &str = "envvars";

/// Why clouds are not known.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file can't be read or makes no sense.
    #[error(
        "the configuration of OpenStack clouds can't be read: {0}; see clouds.yaml and secure.yaml"
    )]
    Unreadable(String),
    /// A cloud's name is none for us.
    #[error(
        "the cloud `{name}` of clouds.yaml can't be named in environment files: {why}; rename it"
    )]
    Name {
        /// As it is written.
        name: String,
        /// What is wrong.
        why: String,
    },
}

/// Where a cloud is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In this file; where several describe it, in the one that counts most.
    File(PathBuf),
    /// In the `OS_*` variables.
    Variables,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variables => f.write_str("the OS_* variables"),
        }
    }
}

/// What may be told of a configured cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// As environment files name it.
    pub name: CloudName,
    /// Where it is described.
    pub origin: Origin,
    /// The address that one signs in at.
    pub auth_url: Option<String>,
    /// The project, by name or id.
    pub project: Option<String>,
    /// The region.
    pub region: Option<String>,
}

/// One configured cloud.
#[derive(Clone)]
struct Entry {
    origin: Origin,
    config: CloudConfig,
}

/// The configured clouds, with which nothing was asked yet.
#[derive(Default)]
pub struct Configured {
    clouds: BTreeMap<CloudName, Entry>,
    unusable: Vec<ConfigError>,
}

impl fmt::Debug for Configured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.clouds.keys()).finish()
    }
}

impl Configured {
    /// Reads the files that there are and the environment's variables.
    pub fn read() -> Result<Self, ConfigError> {
        let named = std::env::var_os("OS_CLIENT_CONFIG_FILE").map(PathBuf::from);
        let secure = std::env::var_os("OS_CLIENT_SECURE_FILE").map(PathBuf::from);
        let file = ConfigFile::new_with_user_specified_configs(named.as_ref(), secure.as_ref())
            .map_err(|error| unreadable(&error))?;
        let sources: Vec<(PathBuf, Vec<String>)> = sources(named)
            .into_iter()
            .map(|path| {
                let names = names_in(&path);
                (path, names)
            })
            .collect();
        let mut configured = Self::default();
        for name in file.get_available_clouds() {
            let config = file
                .get_cloud_config(&name)
                .map_err(|error| unreadable(&error))?;
            let source = sources
                .iter()
                .rev()
                .find(|(_, names)| names.contains(&name));
            // One that only secure.yaml knows is no cloud, but the rest of one that is gone.
            if let (Some(config), Some((path, _))) = (config, source) {
                configured.add(&name, Origin::File(path.clone()), config);
            }
        }
        if std::env::var_os("OS_AUTH_URL").is_some() {
            let config = CloudConfig::from_env().map_err(|error| unreadable(&error))?;
            configured.add(FROM_VARIABLES, Origin::Variables, config);
        }
        Ok(configured)
    }

    /// Reads one file alone, whatever else there is.
    pub fn in_file(path: &Path) -> Result<Self, ConfigError> {
        let file = ConfigFile::builder()
            .add_source(path)
            .map_err(|error| unreadable(&error))?
            .build()
            .map_err(|error| unreadable(&error))?;
        let mut configured = Self::default();
        for (name, config) in file.clouds.unwrap_or_default() {
            configured.add(&name, Origin::File(path.to_owned()), config);
        }
        Ok(configured)
    }

    fn add(&mut self, name: &str, origin: Origin, config: CloudConfig) {
        match CloudName::new(name) {
            Ok(name) => {
                self.clouds.insert(name, Entry { origin, config });
            }
            Err(error) => self.unusable.push(ConfigError::Name {
                name: name.to_owned(),
                why: error.to_string(),
            }),
        }
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &CloudName> {
        self.clouds.keys()
    }

    /// What may be told of each.
    pub fn described(&self) -> impl Iterator<Item = Described> {
        self.clouds.iter().map(|(name, entry)| {
            let (auth_url, project) = place(&entry.config);
            Described {
                name: name.clone(),
                origin: entry.origin.clone(),
                auth_url,
                project,
                region: entry.config.region_name.clone(),
            }
        })
    }

    /// Clouds that are described and can't be used, each with the reason.
    pub fn unusable(&self) -> &[ConfigError] {
        &self.unusable
    }

    /// The clouds themselves. Each signs in when it is first asked something.
    pub fn open(self, options: &Options, clock: &Arc<dyn Clock>) -> Vec<OpenStack> {
        self.clouds
            .into_iter()
            .map(|(name, entry)| open(name, entry.config, options, clock))
            .collect()
    }

    /// One cloud alone; none where it isn't configured.
    pub fn open_one(
        &self,
        name: &CloudName,
        options: &Options,
        clock: &Arc<dyn Clock>,
    ) -> Option<OpenStack> {
        let entry = self.clouds.get(name)?.clone();
        Some(open(name.clone(), entry.config, options, clock))
    }
}

fn open(
    name: CloudName,
    config: CloudConfig,
    options: &Options,
    clock: &Arc<dyn Clock>,
) -> OpenStack {
    let options = Options {
        external_network: external_network(&config).or_else(|| options.external_network.clone()),
        about: Some(about(&config)),
        ..options.clone()
    };
    let secrets: Vec<String> = config
        .get_sensitive_values()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut transport: Arc<dyn Transport> = Arc::new(Sdk::new(config, options.request_timeout));
    if let Some(folder) = &options.record {
        transport = Arc::new(Recorder::new(
            transport,
            Arc::clone(clock),
            Redactor::knowing(secrets),
            name.clone(),
            folder.clone(),
        ));
    }
    OpenStack::new(name, transport, options, Arc::clone(clock))
}

/// The address that one signs in at, and the project by name or id.
fn place(config: &CloudConfig) -> (Option<String>, Option<String>) {
    let auth = config.auth.as_ref();
    (
        auth.and_then(|auth| auth.auth_url.clone()),
        auth.and_then(|auth| {
            auth.project_name
                .clone()
                .or_else(|| auth.project_id.clone())
        }),
    )
}

/// What a cloud is and where: `OpenStack at keystone.example.org, project web, region North`.
fn about(config: &CloudConfig) -> String {
    let (auth_url, project) = place(config);
    let mut about = "OpenStack".to_owned();
    if let Some(url) = auth_url {
        let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        // A user's name and password have no place there, and none here.
        let host = host.split('/').next().unwrap_or(host);
        let host = host.rsplit('@').next().unwrap_or(host);
        about.extend([" at ", host]);
    }
    if let Some(project) = project {
        about.extend([", project ", &project]);
    }
    if let Some(region) = &config.region_name {
        about.extend([", region ", region]);
    }
    about
}

/// The network that public addresses come from, where the configuration says so: our own key
/// `external_network`, or openstacksdk's list of networks, in which the one to take addresses from
/// is marked `nat_source` where several route externally.
fn external_network(config: &CloudConfig) -> Option<String> {
    if let Some(value) = config.options.get("external_network") {
        return value.clone().into_string().ok();
    }
    let networks = config.options.get("networks")?.clone().into_array().ok()?;
    let mut external = Vec::new();
    for network in networks {
        let Ok(table) = network.into_table() else {
            continue;
        };
        let says = |key: &str| {
            table
                .get(key)
                .is_some_and(|value| value.clone().into_bool().unwrap_or(false))
        };
        let name = table
            .get("name")
            .and_then(|name| name.clone().into_string().ok());
        if let (true, Some(name)) = (says("routes_externally") || says("nat_source"), name) {
            external.push((says("nat_source"), name));
        }
    }
    match external.as_slice() {
        [(_, one)] => Some(one.clone()),
        several => several
            .iter()
            .find(|(source, _)| *source)
            .map(|(_, name)| name.clone()),
    }
}

fn unreadable(error: &dyn std::error::Error) -> ConfigError {
    ConfigError::Unreadable(error.to_string())
}

/// The files that may describe clouds and are there, those that count most last.
fn sources(named: Option<PathBuf>) -> Vec<PathBuf> {
    let secure = |path: &PathBuf| path.file_stem().is_some_and(|stem| stem == "secure");
    find_config_files_specified_in_env()
        .into_iter()
        .filter(|path| !secure(path))
        .chain(find_clouds_file())
        .chain(named)
        .collect()
}

/// The clouds that one file names; none where it makes no sense, which reading all of them tells.
fn names_in(path: &Path) -> Vec<String> {
    ConfigFile::builder()
        .add_source(path)
        .ok()
        .and_then(|builder| builder.build().ok())
        .map(|file| file.get_available_clouds())
        .unwrap_or_default()
}

/// Where clouds are looked for, in words: the files that were found, or else what to write where.
pub fn looked_in() -> String {
    let named = std::env::var_os("OS_CLIENT_CONFIG_FILE").map(PathBuf::from);
    let found: Vec<String> = sources(named)
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    if found.is_empty() {
        "no clouds.yaml was found: it is looked for where OS_CLIENT_CONFIG_FILE says, in this \
         folder, in ~/.config/openstack and in /etc/openstack"
            .to_owned()
    } else {
        format!("clouds are described in {}", found.join(", "))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The external networks of the clouds of a file, by cloud.
    fn external(yaml: &str) -> BTreeMap<String, Option<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clouds.yaml");
        std::fs::write(&path, yaml).unwrap();
        Configured::in_file(&path)
            .unwrap()
            .clouds
            .into_iter()
            .map(|(name, entry)| (name.to_string(), external_network(&entry.config)))
            .collect()
    }

    #[test]
    fn the_external_network_is_read_as_people_write_it() {
        let found = external(
            "clouds:
  own: {auth: {auth_url: 'http://127.0.0.1/v3'}, external_network: public}
  sdk:
    auth: {auth_url: 'http://127.0.0.1/v3'}
    networks:
    - {name: inside, routes_externally: false}
    - {name: ext-net, routes_externally: true}
  several:
    auth: {auth_url: 'http://127.0.0.1/v3'}
    networks:
    - {name: one, routes_externally: true}
    - {name: two, routes_externally: true, nat_source: true}
  unclear:
    auth: {auth_url: 'http://127.0.0.1/v3'}
    networks:
    - {name: one, routes_externally: true}
    - {name: two, routes_externally: true}
  silent: {auth: {auth_url: 'http://127.0.0.1/v3'}}
",
        );
        let found: Vec<(&str, Option<&str>)> = found
            .iter()
            .map(|(name, network)| (name.as_str(), network.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("own", Some("public")),
                ("sdk", Some("ext-net")),
                ("several", Some("two")),
                ("silent", None),
                ("unclear", None),
            ]
        );
    }

    #[test]
    fn a_cloud_with_an_odd_name_does_not_cost_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clouds.yaml");
        let yaml = "clouds:
  good: {auth: {auth_url: 'http://127.0.0.1/v3', project_name: p, password: pw-of-mine}}
  unknown: {auth: {auth_url: 'http://127.0.0.1/v3'}}
";
        std::fs::write(&path, yaml).unwrap();
        let configured = Configured::in_file(&path).unwrap();
        let described: Vec<Described> = configured.described().collect();
        assert_eq!(described.len(), 1);
        assert_eq!(described[0].project.as_deref(), Some("p"));
        assert_eq!(described[0].origin, Origin::File(path));
        assert!(configured.unusable()[0].to_string().contains("`unknown`"));
        let debugged = format!("{configured:?} {described:?}");
        assert!(!debugged.contains("pw-of-mine"), "{debugged}");
    }
}
