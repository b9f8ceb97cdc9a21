//! Clouds behind the engine's port: the driver for OpenStack, and the simulated one, which behaves
//! as OpenStack does and needs nothing but a file; and Prometheus, which knows what hosts measured. Drivers translate between a cloud's representation and ours; they decide
//! nothing, and no secret of theirs may reach an error or a log.

pub mod openstack;
pub mod prometheus;
pub mod simulated;

pub use openstack::OpenStack;
pub use simulated::{Simulated, SimulatedConfig};
