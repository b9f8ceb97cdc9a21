//! The ports: what the engine needs of the world.

mod clock;
mod cloud;
mod probe;
mod store;

pub use clock::{Clock, Entropy};
pub use cloud::{Cloud, CloudError, Create, Created, Done, Effect, Found, Mark, Scope, Status};
pub use probe::{Moment, NoProbe, Probe};
pub use store::{
    Claim, Demand, EnvironmentChange, Imported, JournalWrite, NewAudit, NewEnvironment,
    NewOperation, NewRevision, OpenOperation, Store, StoreError, Submitted, TokenSecret,
};
