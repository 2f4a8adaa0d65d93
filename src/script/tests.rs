//! Small scripts and where their secrets land.

mod here_documents;
mod rig;
