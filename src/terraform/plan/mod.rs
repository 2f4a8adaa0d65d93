//! Plans (`terraform show -json`) and states: what Terraform knows just before it acts.
//!
//! A plan holds values in clear. They stay in the text that was read and in [`crate::secret::Secret`]s; what
//! leaves this module are names, addresses and texts with holes where values stood.

pub mod arrivals;
pub mod configuration;
mod correlate;
pub mod documents;
mod encoded;
pub mod json;
mod origins;
pub mod places;
mod read;
pub mod recognise;
mod resource;
mod secrets;
pub mod state;
mod understood;

pub use read::{Plan, read_plan};
pub use resource::Planned;
pub use understood::Understood;
