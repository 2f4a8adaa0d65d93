//! Terraform: read, understand as modules, evaluate to values made of pieces.

pub mod arrivals;
pub mod ast;
pub mod directory;
pub mod evaluate;
pub mod literals;
pub mod plan;
pub mod read;
pub mod tables;
pub mod tree;
mod typed;
pub mod value;
