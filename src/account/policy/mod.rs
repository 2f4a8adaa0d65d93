//! IAM policies: what a document says, what several of them give together, and who may assume a role.

pub mod around;
pub mod binding;
pub mod document;
pub mod escalation;
pub mod glob;
pub mod grant;
mod index;
mod json;
pub mod rights;
pub mod trust;

pub use document::Document;
