//! `secretrail scan`.

mod exit_codes;
mod incident;
mod inputs;
mod places;
mod plans;
mod reports;
