//! Which OpenStack clouds there are, and how to sign in to them: `clouds.yaml` with its
//! `secure.yaml`, where `OS_CLIENT_CONFIG_FILE` or the usual folders have them, and the `OS_*`
//! variables of a sourced `openrc`. What is read here holds secrets: none of it is ever shown.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use engine::port::Clock;
use model::name::CloudName;
use openstack_sdk::config::{CloudConfig, ConfigFile};

use super::sdk::Sdk;
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

/// The configured clouds, with which nothing was asked yet.
#[derive(Default)]
pub struct Configured {
    clouds: BTreeMap<CloudName, CloudConfig>,
}

impl std::fmt::Debug for Configured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.clouds.keys()).finish()
    }
}

impl Configured {
    /// Reads the files that there are and the environment's variables.
    pub fn read() -> Result<Self, ConfigError> {
        let unreadable = |error: &dyn std::error::Error| ConfigError::Unreadable(error.to_string());
        let named = std::env::var_os("OS_CLIENT_CONFIG_FILE").map(PathBuf::from);
        let secure = std::env::var_os("OS_CLIENT_SECURE_FILE").map(PathBuf::from);
        let file = ConfigFile::new_with_user_specified_configs(named, secure)
            .map_err(|error| unreadable(&error))?;
        let mut clouds = BTreeMap::new();
        for name in file.get_available_clouds() {
            if let Some(config) = file
                .get_cloud_config(&name)
                .map_err(|error| unreadable(&error))?
            {
                clouds.insert(cloud_name(&name)?, config);
            }
        }
        if std::env::var_os("OS_AUTH_URL").is_some() {
            let config = CloudConfig::from_env().map_err(|error| unreadable(&error))?;
            clouds.insert(cloud_name(FROM_VARIABLES)?, config);
        }
        Ok(Self { clouds })
    }

    /// Reads one file alone, whatever else there is.
    pub fn in_file(path: &std::path::Path) -> Result<Self, ConfigError> {
        let unreadable = |error: &dyn std::error::Error| ConfigError::Unreadable(error.to_string());
        let file = ConfigFile::builder()
            .add_source(path)
            .map_err(|error| unreadable(&error))?
            .build()
            .map_err(|error| unreadable(&error))?;
        let mut clouds = BTreeMap::new();
        for (name, config) in file.clouds.unwrap_or_default() {
            clouds.insert(cloud_name(&name)?, config);
        }
        Ok(Self { clouds })
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &CloudName> {
        self.clouds.keys()
    }

    /// The clouds themselves. Each signs in when it is first asked something.
    pub fn open(self, options: &Options, clock: &Arc<dyn Clock>) -> Vec<OpenStack> {
        self.clouds
            .into_iter()
            .map(|(name, config)| {
                let transport = Sdk::new(config, options.request_timeout);
                OpenStack::new(
                    name,
                    Arc::new(transport),
                    options.clone(),
                    Arc::clone(clock),
                )
            })
            .collect()
    }
}

fn cloud_name(name: &str) -> Result<CloudName, ConfigError> {
    CloudName::new(name).map_err(|error| ConfigError::Name {
        name: name.to_owned(),
        why: error.to_string(),
    })
}
