//! `secretrail scan`.

mod exit_codes;
mod incident;
mod inputs;
mod limits;
mod narrow;
mod places;
mod plans;
mod reports;
