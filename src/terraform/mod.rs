//! Terraform: read, understand as modules, evaluate to values made of pieces.

pub mod ast;
pub mod read;
