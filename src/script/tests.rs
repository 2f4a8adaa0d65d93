//! Small scripts and where their secrets land.

mod bounds;
mod files;
mod flows;
mod here_documents;
mod hostile;
mod places;
mod quiet;
pub mod rig;
mod stated;
mod values;
