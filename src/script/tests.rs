//! Small scripts and where their secrets land.

mod files;
mod here_documents;
mod hostile;
mod places;
mod quiet;
mod rig;
mod values;
