//! Carries plans out: the one entry for every act ([`Engine::submit`]), the one executor, and the
//! watch over leases. It declares what it needs of the world as ports (`Cloud`, `Store`, `Clock`,
//! `Entropy`) and knows none of their implementations.
//!
//! Nothing but the executor in here calls the changing methods of a [`port::Cloud`], and only from
//! a stored plan.

pub mod port;
