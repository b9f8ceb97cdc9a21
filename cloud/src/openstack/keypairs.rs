//! Keypairs. Nova keeps them for the user and not for the project, by name, with room for nothing
//! else: so the name holds the mark, and is what the cloud calls them.

use engine::port::{CloudError, Created, Done, Found, Mark};
use model::id::CloudId;
use model::key::ResourceKind;
use model::keypair::PublicKey;
use model::resource::{Keypair, KeypairSource};
use serde_json::json;

use super::listing::found;
use super::pager::{Listing, Paging};
use super::transport::{Call, Service, Version};
use super::{OpenStack, mark, wire};

/// Since 2.35 Nova gives keypairs by pages.
const PAGED: Version = Version {
    major: 2,
    minor: 35,
};

impl OpenStack {
    pub(super) async fn make_keypair(
        &self,
        mark: &Mark,
        keypair: &Keypair,
    ) -> Result<Created, CloudError> {
        let Keypair { public_key } = keypair;
        let KeypairSource::Given(public_key) = public_key else {
            return Err(CloudError::Refused(format!(
                "{} has no public key yet",
                mark.key
            )));
        };
        let name = mark::name(mark);
        let body = json!({ "keypair": { "name": name, "public_key": public_key.to_string() } });
        self.ask(Call::post(Service::Compute, "os-keypairs", body))
            .await?;
        Ok(Created {
            id: CloudId::new(name),
            done: Done::Already,
        })
    }

    /// How the user's keypairs are listed.
    pub(super) async fn keypair_list(&self) -> Result<Listing, CloudError> {
        let version = self.version(Service::Compute, &[PAGED]).await?;
        let call = Call::get(Service::Compute, "os-keypairs").at(version);
        let paging = match version {
            Some(_) => Paging::KeypairName,
            None => Paging::Whole,
        };
        Ok(Listing::new(call, "keypairs").paged(paging))
    }

    /// All of the user's.
    pub(super) async fn keypairs(&self, needed: bool) -> Result<Vec<wire::Keypair>, CloudError> {
        if !needed {
            return Ok(Vec::new());
        }
        let listing = self.keypair_list().await?;
        let all: Vec<wire::KeypairEntry> = self.all_pages(&listing).await?;
        Ok(all.into_iter().map(|entry| entry.keypair).collect())
    }
}

/// A keypair; what it is where its name holds a mark.
pub(super) fn of_keypair(row: &wire::Keypair) -> Found {
    let mark = mark::of_name(&row.name);
    let public_key = row.public_key.parse::<PublicKey>();
    let resource = mark.as_ref().zip(public_key.ok()).map(|(_, public_key)| {
        let public_key = KeypairSource::Given(public_key.without_comment());
        Keypair { public_key }.into()
    });
    Found {
        resource,
        ..found(ResourceKind::Keypair, &row.name, &row.name, mark)
    }
}
