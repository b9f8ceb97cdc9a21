//! What may be typed after `cloud`. Nothing is done here.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use model::assignment::Selection;
use model::collection::{HeldKind, Owner};
use model::environment::EnvironmentKind;
use model::id::CloudId;
use model::name::{CloudName, EnvironmentName, GroupName};

use super::{DataArgs, FormatArg, ListArgs, RecordArg};

/// What is asked about clouds.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CloudCommand {
    /// List the configured clouds: where they are described, which environments are on them
    List(ListArgs),
    /// Say what the credential can and can't do on a cloud; nothing is changed there
    #[command(after_help = "Examples:\n  understudy cloud doctor lab\n  \
        understudy cloud doctor lab --format json\n\n\
        Exit status: 0 all that is needed works, 1 something needed is missing, 2 an error.")]
    Doctor(DoctorArgs),
    /// Show what a cloud held when it was last collected; the cloud isn't asked
    #[command(after_help = "Examples:\n  understudy cloud show lab\n  \
        understudy cloud show lab --kind server --owner foreign\n  \
        understudy cloud show lab --kind volume --contains backup --format json")]
    Show(ShowCloudArgs),
    /// Show which servers that nobody assigned look like groups, and by what
    Groups(GroupsArgs),
    /// Say which environment foreign servers belong to; nothing is done to them
    #[command(after_help = "Examples:\n  \
        understudy cloud assign lab --environment shop --kind production --prefix web-\n  \
        understudy cloud assign lab --environment shop --server ID --group db --ordinal 2\n\n\
        --prefix and --project hold for servers to come as well.")]
    Assign(AssignArgs),
    /// Take back what was said of foreign servers
    Unassign(UnassignArgs),
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct CollectArgs {
    /// The cloud, as clouds.yaml names it, or `simulated`
    #[arg(value_name = "CLOUD")]
    pub(in crate::cli) cloud: CloudName,
    /// Why, for the log
    #[arg(long)]
    pub(in crate::cli) reason: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct CalendarArgs {
    /// The cloud, as clouds.yaml names it, or `simulated`
    #[arg(value_name = "CLOUD")]
    pub(in crate::cli) cloud: CloudName,
    /// For how many days from today on
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=731))]
    pub(in crate::cli) days: u16,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct ShowCloudArgs {
    /// The cloud
    #[arg(value_name = "CLOUD")]
    pub(in crate::cli) cloud: CloudName,
    /// List everything of one kind, as in server, volume, network, port, image
    #[arg(long, value_name = "KIND")]
    pub(in crate::cli) kind: Option<HeldKind>,
    /// Only what is ours, assigned, foreign, elsewhere or shared
    #[arg(long, value_name = "OWNER", requires = "kind")]
    pub(in crate::cli) owner: Option<Owner>,
    /// Only what has this text in its name, id, address, metadata or tags
    #[arg(long, value_name = "TEXT", requires = "kind")]
    pub(in crate::cli) contains: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct GroupsArgs {
    /// The cloud
    #[arg(value_name = "CLOUD")]
    pub(in crate::cli) cloud: CloudName,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

/// Which servers are meant.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct SelectionArg {
    /// One server, by its id; may be given more than once
    #[arg(long = "server", value_name = "ID")]
    servers: Vec<String>,
    /// Every server whose name begins so, those to come as well
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    prefix: Option<String>,
    /// Every server of a project, by its id, those to come as well
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    project: Option<String>,
}

impl SelectionArg {
    /// As the engine has it.
    pub(in crate::cli) fn selection(self) -> Selection {
        let Self {
            servers,
            prefix,
            project,
        } = self;
        match (prefix, project) {
            (Some(prefix), _) => Selection::Prefix(prefix),
            (None, Some(project)) => Selection::Project(CloudId::new(project)),
            (None, None) => {
                let ids: BTreeSet<CloudId> = servers.into_iter().map(CloudId::new).collect();
                Selection::Servers(ids)
            }
        }
    }
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct AssignArgs {
    /// The cloud
    #[arg(value_name = "CLOUD")]
    pub(in crate::cli) cloud: CloudName,
    #[command(flatten)]
    pub(in crate::cli) servers: SelectionArg,
    /// The environment; one that isn't there is made, see --kind
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) environment: EnvironmentName,
    /// What the environment is for, where it has to be made
    #[arg(long, value_name = "production|secondary|staging|development")]
    pub(in crate::cli) kind: Option<EnvironmentKind>,
    /// The group [default: the one that each server looks to be of]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) group: Option<GroupName>,
    /// The number in the group, for one server [default: the one that its name tells]
    #[arg(long, value_name = "N")]
    pub(in crate::cli) ordinal: Option<u32>,
    /// Why, for the log
    #[arg(long)]
    pub(in crate::cli) reason: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct UnassignArgs {
    /// The cloud
    #[arg(value_name = "CLOUD")]
    pub(in crate::cli) cloud: CloudName,
    #[command(flatten)]
    pub(in crate::cli) servers: SelectionArg,
    /// Why, for the log
    #[arg(long)]
    pub(in crate::cli) reason: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
}

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct DoctorArgs {
    /// The cloud, as clouds.yaml names it
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: String,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) record: RecordArg,
}
