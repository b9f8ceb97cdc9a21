//! The ports: what the engine needs of the world.

mod clock;
mod cloud;
mod probe;
mod store;

pub use clock::{Clock, Entropy};
pub use cloud::{Cloud, CloudError, Create, Created, Done, Effect, Found, Mark, Scope, Status};
pub use probe::{Moment, NoProbe, Probe};
pub use store::{
    Asked, AwaitedReport, Claim, Demand, EnvironmentChange, Imported, JournalWrite, KeptConsole,
    NewAudit, NewEnvironment, NewOperation, NewRevision, OpenOperation, Said, Store, StoreError,
    Submitted, TokenSecret,
};
