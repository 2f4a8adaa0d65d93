//! Small scripts and where their secrets land.

mod bounds;
mod editors;
mod files;
mod flows;
mod given;
mod here_documents;
mod hostile;
mod http;
mod known_files;
mod places;
mod quiet;
pub mod rig;
mod stated;
mod values;
