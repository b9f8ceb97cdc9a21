//! Lists of the services, page by page. Each service says in its own way where the next page begins,
//! and any of them may give fewer entries than it was asked for.

use std::sync::atomic::{AtomicUsize, Ordering};

use engine::port::CloudError;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::transport::{Call, Service};
use super::{OpenStack, wire};

/// One list of a service.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    /// What is asked.
    pub call: Call,
    /// Under which name the entries stand in the answer.
    pub collection: &'static str,
    /// How its pages are told apart.
    pub paging: Paging,
}

/// How a list's pages are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paging {
    /// By the id of the last entry of the page before; a link says that there is another.
    Marker,
    /// The same, but the first page is as long as the cloud likes: Nova tells less where it is asked
    /// for pages.
    MarkerAsked,
    /// By the name of a keypair.
    KeypairName,
    /// By how many entries came before; nothing says that there is another.
    Offset,
    /// It comes whole.
    Whole,
}

/// One page of a list.
#[derive(Debug)]
pub(super) struct Paged<T> {
    pub rows: Vec<T>,
    /// The ids of entries that make no sense.
    pub odd: Vec<String>,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
}

/// A page of fewer is never cut: no operator lets a service give so few at once.
const SHORTEST_CUT: usize = 5;

/// The longest page that each service has given: one that is shorter was not cut.
#[derive(Debug, Default)]
pub(super) struct Longest([AtomicUsize; Service::ALL.len()]);

impl Longest {
    fn of(&self, service: Service) -> Option<&AtomicUsize> {
        let mut each = Service::ALL.into_iter().zip(&self.0);
        each.find(|(one, _)| *one == service).map(|(_, page)| page)
    }

    /// Whether a page of so many entries may be cut, of so many that were asked for.
    fn may_be_cut(&self, service: Service, entries: usize, asked: usize) -> bool {
        let seen = self
            .of(service)
            .map_or(0, |longest| longest.fetch_max(entries, Ordering::Relaxed));
        entries >= asked || (entries >= seen && entries >= SHORTEST_CUT)
    }
}

impl Listing {
    /// A list whose pages begin after an entry's id.
    pub(super) const fn new(call: Call, collection: &'static str) -> Self {
        Self {
            call,
            collection,
            paging: Paging::Marker,
        }
    }

    /// With another way of telling pages apart.
    pub(super) const fn paged(mut self, paging: Paging) -> Self {
        self.paging = paging;
        self
    }
}

impl OpenStack {
    /// Reads one page.
    pub(super) async fn page_of<T: DeserializeOwned>(
        &self,
        listing: &Listing,
        from: Option<&str>,
    ) -> Result<Paged<T>, CloudError> {
        let Listing {
            call,
            collection,
            paging,
        } = listing;
        let asked = self.options.page_size;
        let service = call.service;
        let limited = || call.clone().with("limit", asked.to_string());
        let call = match (paging, from) {
            (Paging::Whole, _) | (Paging::MarkerAsked, None) => call.clone(),
            (Paging::Marker | Paging::KeypairName, None) => limited(),
            (Paging::Marker | Paging::MarkerAsked | Paging::KeypairName, Some(from)) => {
                limited().with("marker", from)
            }
            (Paging::Offset, from) => limited().with("offset", from.unwrap_or("0")),
        };
        let mut body = self.ask(call).await?.body;
        let items = body[*collection].as_array().map_or(0, Vec::len);
        let last = body[*collection].as_array().and_then(|items| items.last());
        let may_be_cut =
            self.longest
                .may_be_cut(service, items, usize::try_from(asked).unwrap_or(usize::MAX));
        let next = match paging {
            Paging::Marker | Paging::MarkerAsked => last.and_then(|item| item["id"].as_str()),
            Paging::KeypairName => last.and_then(|item| item["keypair"]["name"].as_str()),
            Paging::Offset | Paging::Whole => None,
        };
        let next = match paging {
            Paging::Offset => {
                let before: usize = from.and_then(|from| from.parse().ok()).unwrap_or(0);
                may_be_cut.then(|| (before + items).to_string())
            }
            Paging::Whole | Paging::Marker | Paging::MarkerAsked | Paging::KeypairName => next
                .filter(|_| has_next(&body, collection))
                // A cloud that links a page to itself must not be asked for ever.
                .filter(|next| from != Some(*next))
                .map(str::to_owned),
        };
        let wire::Entries { rows, odd } = wire::read_entries(&mut body, collection);
        Ok(Paged { rows, odd, next })
    }

    /// Reads a whole list.
    pub(super) async fn all_pages<T: DeserializeOwned>(
        &self,
        listing: &Listing,
    ) -> Result<Vec<T>, CloudError> {
        let mut all = Vec::new();
        let mut from: Option<String> = None;
        loop {
            let page = self.page_of::<T>(listing, from.as_deref()).await?;
            all.extend(page.rows);
            match page.next {
                Some(next) => from = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// Reads a whole list whose pages begin after an entry's id.
    pub(super) async fn pages<T: DeserializeOwned>(
        &self,
        call: Call,
        collection: &'static str,
    ) -> Result<Vec<T>, CloudError> {
        self.all_pages(&Listing::new(call, collection)).await
    }
}

/// Whether a page is not the last: Nova, Neutron and Cinder link the next one beside the list,
/// Glance names it.
fn has_next(body: &Value, collection: &str) -> bool {
    if body["next"].is_string() {
        return true;
    }
    body[format!("{collection}_links")]
        .as_array()
        .is_some_and(|links| links.iter().any(|link| link["rel"] == "next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_the_last_where_a_longer_one_was_seen() {
        let longest = Longest::default();
        let cut = |entries| longest.may_be_cut(Service::Compute, entries, 1000);
        assert!(!cut(4), "no cloud gives so few at once");
        // Nothing longer is known yet: five may be all that the cloud gives at once.
        assert!(cut(5));
        assert!(cut(20), "the longest so far");
        assert!(!cut(7));
        assert!(cut(20));
        assert!(!cut(0));
        assert!(
            longest.may_be_cut(Service::Image, 2, 2),
            "as many as were asked for"
        );
        assert!(longest.may_be_cut(Service::Network, 7, 1000));
    }
}
