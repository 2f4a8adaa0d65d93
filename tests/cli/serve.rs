//! `secretrail serve run-task`, against a stand-in for the API of HCP Terraform on this machine.

mod door;
pub mod rig;
mod tasks;
mod trouble;
