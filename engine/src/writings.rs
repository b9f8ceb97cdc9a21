//! What people write beside the states of environments: taken as acts like everything else, so that
//! each has somebody who wrote it and a line in the log. Nothing here touches a cloud, and a protected
//! environment may be written about.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::act::Act;
use model::case::CaseStudy;
use model::id::EnvironmentId;
use model::name::{CaseName, EnvironmentName, SiteName};
use model::price::{PriceBooks, Prices};
use model::writing::{Writing, WritingKey, WritingKind};
use plan::explain::{Fingerprint, Said};
use plan::writings::{
    Between, Explanation, KeptScenario, Note, Reservation, Says, Target, Unreadable, read, said,
};

use crate::port::StoreError;
use crate::submit::Request;
use crate::{Engine, EngineError, Outcome};

/// Something to be written, or to be taken away where there is no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewWriting {
    /// Why two environments differ in one thing.
    Explanation {
        /// Which two.
        between: Between,
        /// Which difference.
        fingerprint: Fingerprint,
        /// What is said of it.
        text: Option<Explanation>,
    },
    /// A note about an environment.
    Note {
        /// Which environment.
        environment: EnvironmentName,
        /// Which note; a new one where none is named.
        id: Option<String>,
        /// What it says.
        text: Option<Box<Note>>,
    },
    /// A question of what if about an environment.
    Scenario {
        /// Which environment.
        environment: EnvironmentName,
        /// What it is called.
        name: String,
        /// The question.
        text: Option<KeptScenario>,
    },
    /// What things cost, from which days on.
    Prices {
        /// At which site; anywhere else where none is named.
        site: Option<SiteName>,
        /// The price books.
        books: Option<PriceBooks>,
    },
    /// By when an environment is to be as planned.
    Target {
        /// Which environment.
        environment: EnvironmentName,
        /// By when.
        text: Option<NewTarget>,
    },
    /// What is kept free on clouds.
    Reservation {
        /// Which reservation; a new one where none is named.
        id: Option<String>,
        /// What it says.
        text: Option<Box<Reservation>>,
    },
    /// A topology with what was measured of it.
    Case {
        /// What it is called.
        name: CaseName,
        /// The case study.
        text: Option<Box<CaseStudy>>,
    },
}

/// A target date to be set. What it is counted from stays as it was when the first one was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTarget {
    /// The day.
    pub by: NaiveDate,
    /// Anything worth knowing.
    pub note: Option<String>,
}

/// The name of the one target date of an environment.
const TARGET: &str = "target";

/// The name of the writing that holds the price books for anywhere; that of a site's has the site behind it.
const PRICES: &str = "prices";
const AT: &str = "prices at ";

/// A case study with who imported it and when.
pub type NamedCase = (Writing, CaseStudy);

/// A note with the name that it is changed by.
pub type NamedNote = (Writing, Note);

/// How the environments are written that something is about.
fn about(environments: &[EnvironmentId]) -> String {
    let ids: Vec<String> = environments.iter().map(ToString::to_string).collect();
    ids.join(" ")
}

fn unreadable(error: Unreadable) -> StoreError {
    let Unreadable { key, why } = error;
    StoreError::BadData {
        table: "writings",
        column: "text",
        row: key,
        why,
    }
}

impl Engine {
    /// Writes something, or takes it away.
    pub(crate) async fn write(
        &self,
        request: &Request,
        new: NewWriting,
    ) -> Result<Outcome, EngineError> {
        match new {
            NewWriting::Explanation {
                between: Between { a, b },
                fingerprint,
                text,
            } => {
                let (a, b) = (self.environment(&a).await?, self.environment(&b).await?);
                let key = WritingKey {
                    kind: WritingKind::Explanation,
                    about: about(&[a.id, b.id]),
                    name: fingerprint.as_str().to_owned(),
                };
                self.put(request, key, text.as_ref(), Some(b.id)).await
            }
            NewWriting::Note {
                environment,
                id,
                text,
            } => {
                let environment = self.environment(&environment).await?;
                let key = WritingKey {
                    kind: WritingKind::Note,
                    about: about(&[environment.id]),
                    name: id.unwrap_or_else(|| self.entropy().uuid().simple().to_string()),
                };
                self.put(request, key, text.as_deref(), Some(environment.id))
                    .await
            }
            NewWriting::Scenario {
                environment,
                name,
                text,
            } => {
                let environment = self.environment(&environment).await?;
                let key = WritingKey {
                    kind: WritingKind::Scenario,
                    about: about(&[environment.id]),
                    name,
                };
                self.put(request, key, text.as_ref(), Some(environment.id))
                    .await
            }
            NewWriting::Prices { site, books } => {
                let key = WritingKey {
                    kind: WritingKind::PriceBook,
                    about: String::new(),
                    name: match site {
                        None => PRICES.to_owned(),
                        Some(site) => format!("{AT}{site}"),
                    },
                };
                self.put(request, key, books.as_ref(), None).await
            }
            NewWriting::Target { environment, text } => {
                let environment = self.environment(&environment).await?;
                let about = about(&[environment.id]);
                let before = self.targets(Some(&about)).await?;
                let text = text.map(|NewTarget { by, note }| Target {
                    by,
                    begun: match before.get(&environment.id) {
                        Some(before) => before.begun,
                        None => environment.observed,
                    },
                    note,
                });
                let key = WritingKey {
                    kind: WritingKind::Target,
                    about,
                    name: TARGET.to_owned(),
                };
                self.put(request, key, text.as_ref(), Some(environment.id))
                    .await
            }
            NewWriting::Reservation { id, text } => {
                if let Some(text) = &text {
                    text.check()?;
                }
                let key = WritingKey {
                    kind: WritingKind::Reservation,
                    about: String::new(),
                    name: id.unwrap_or_else(|| self.entropy().uuid().simple().to_string()),
                };
                self.put(request, key, text.as_deref(), None).await
            }
            NewWriting::Case { name, text } => {
                let key = WritingKey {
                    kind: WritingKind::CaseStudy,
                    about: String::new(),
                    name: name.as_str().to_owned(),
                };
                self.put(request, key, text.as_deref(), None).await
            }
        }
    }

    /// The questions of what if that were kept about an environment, by name.
    pub async fn scenarios(
        &self,
        environment: EnvironmentId,
    ) -> Result<BTreeMap<String, KeptScenario>, StoreError> {
        let about = about(&[environment]);
        let writings = self
            .store()
            .writings(WritingKind::Scenario, Some(&about))
            .await?;
        let kept = writings.into_iter();
        kept.map(|writing| {
            let scenario = read(&writing).map_err(unreadable)?;
            Ok((writing.key.name, scenario))
        })
        .collect()
    }

    /// What things cost, from which days on; nothing where nobody wrote it down.
    pub async fn prices(&self) -> Result<Prices, StoreError> {
        let writings = self
            .store()
            .writings(WritingKind::PriceBook, Some(""))
            .await?;
        let mut prices = Prices::default();
        for writing in &writings {
            let books: PriceBooks = read(writing).map_err(unreadable)?;
            match writing.key.name.strip_prefix(AT) {
                None => prices.anywhere = books,
                Some(site) => {
                    let site = SiteName::new(site).map_err(|error| StoreError::BadData {
                        table: "writings",
                        column: "name",
                        row: writing.key.to_string(),
                        why: error.to_string(),
                    })?;
                    prices.at_sites.insert(site, books);
                }
            }
        }
        Ok(prices)
    }

    /// By when an environment is to be as planned, where somebody said.
    pub async fn target(&self, environment: EnvironmentId) -> Result<Option<Target>, StoreError> {
        let mut found = self.targets(Some(&about(&[environment]))).await?;
        Ok(found.remove(&environment))
    }

    /// The target dates of all environments that have one, or of what a writing is about.
    pub(crate) async fn targets(
        &self,
        about: Option<&str>,
    ) -> Result<BTreeMap<EnvironmentId, Target>, StoreError> {
        let writings = self.store().writings(WritingKind::Target, about).await?;
        let targets = writings.iter().map(|writing| {
            let environment = writing.key.about.parse().map_err(|_| StoreError::BadData {
                table: "writings",
                column: "about",
                row: writing.key.to_string(),
                why: "it names no environment".to_owned(),
            })?;
            Ok((environment, read(writing).map_err(unreadable)?))
        });
        targets.collect()
    }

    /// All reservations, in the order of their ids.
    pub async fn reservations(&self) -> Result<Vec<(Writing, Reservation)>, StoreError> {
        let writings = self
            .store()
            .writings(WritingKind::Reservation, Some(""))
            .await?;
        let reservations = writings.into_iter();
        reservations
            .map(|writing| {
                let reservation = read(&writing).map_err(unreadable)?;
                Ok((writing, reservation))
            })
            .collect()
    }

    /// All case studies, by name.
    pub async fn cases(&self) -> Result<Vec<NamedCase>, StoreError> {
        let writings = self
            .store()
            .writings(WritingKind::CaseStudy, Some(""))
            .await?;
        let cases = writings.into_iter();
        let mut cases: Vec<NamedCase> = cases
            .map(|writing| {
                let case = read(&writing).map_err(unreadable)?;
                Ok((writing, case))
            })
            .collect::<Result<_, StoreError>>()?;
        // Databases sort texts in ways of their own.
        cases.sort_by(|(_, a), (_, b)| a.case.cmp(&b.case));
        Ok(cases)
    }

    async fn put<T: Says>(
        &self,
        request: &Request,
        key: WritingKey,
        text: Option<&T>,
        environment: Option<EnvironmentId>,
    ) -> Result<Outcome, EngineError> {
        let json = text
            .map(plan::canonical::canonical)
            .transpose()
            .map_err(|error| StoreError::BadData {
                table: "writings",
                column: "text",
                row: key.to_string(),
                why: error.to_string(),
            })?;
        let act = match &json {
            Some(_) => Act::Write { key: key.clone() },
            None => Act::Erase { key: key.clone() },
        };
        let audit = self.audit(request, &act);
        self.store()
            .put_writing(&key, json.as_deref(), environment, act, audit)
            .await?;
        Ok(Outcome::Written(key))
    }

    /// What people said of the differences between two environments.
    pub async fn said(&self, a: EnvironmentId, b: EnvironmentId) -> Result<Said, StoreError> {
        let about = about(&[a, b]);
        let writings = self
            .store()
            .writings(WritingKind::Explanation, Some(&about))
            .await?;
        said(&writings).map_err(unreadable)
    }

    /// The notes about an environment, in the order in which they are shown: the open ones first, then by
    /// how soon they matter.
    pub async fn notes(&self, environment: EnvironmentId) -> Result<Vec<NamedNote>, StoreError> {
        let about = about(&[environment]);
        let writings = self
            .store()
            .writings(WritingKind::Note, Some(&about))
            .await?;
        let notes = writings.into_iter().map(|writing| {
            let note = read(&writing).map_err(unreadable)?;
            Ok((writing, note))
        });
        let mut notes: Vec<NamedNote> = notes.collect::<Result<_, StoreError>>()?;
        notes.sort_by(|(a, note), (b, other)| {
            let place = |note: &Note| (note.state, note.priority, note.want, note.since);
            let by_place = place(note).cmp(&place(other));
            by_place.then_with(|| a.key.name.cmp(&b.key.name))
        });
        Ok(notes)
    }
}
