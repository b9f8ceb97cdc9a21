//! The ports: what the engine needs of the world.

mod clock;
mod cloud;
mod collections;
mod files;
mod measures;
mod monitor;
mod probe;
mod store;

pub use clock::{Clock, Entropy};
pub use cloud::{
    Absence, Cloud, CloudError, Create, Created, Detail, Done, Effect, Found, HeldPage, Listed,
    Mark, PageMark, Scope, Status,
};
pub use collections::{
    Belongs, Collections, CollectorClaim, CollectorSeen, NewAssignments, NewPublication,
    ObservedIn, Published, Staged, StagedRow,
};
pub use files::Files;
pub use measures::{Kept, Measurement, Measures};
pub use monitor::{Monitor, MonitorError};
pub use probe::{Moment, NoProbe, Probe};
pub use store::{
    Asked, AwaitedReport, Claim, Demand, EnvironmentChange, Imported, JournalWrite, KeptConsole,
    NewAudit, NewEnvironment, NewOperation, NewRevision, Onto, OpenOperation, Replanned, Said,
    Store, StoreError, Submitted, TokenSecret,
};
