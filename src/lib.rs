//! secretrail follows a secret: from the line of Terraform that writes it to a disk, to the
//! parameter that should be its only home, to the session that read it.
//!
//! # The map
//!
//! ```text
//!  source ──► terraform ──► value ◄── script        what is known: flows and gaps
//!  (read)         └──────────► flow ◄──┘
//!                                │ records
//!                              rule                 what is wrong: Sigma rules over records
//!                                │ findings
//!                             settle                sorted, fingerprinted, filtered
//!                                │
//!                             silence               what a team chose not to see
//!                                │
//!                             report                what is reported
//! ```
//!
//! * I/O happens at both ends only: `source` and `command` read, `report` and `main` write. Only `serve`, `aws` and
//!   `courier` open connections, and only `run`, `session` and `aws::forward` start programs.
//! * [`notify`] turns changes into messages; the history keeps them until `courier` has delivered them.
//! * `aws` collects documents into an [`evidence`] bundle, and makes only the calls that [`policy`] prints. [`account`]
//!   judges a bundle, live or saved, and reads no clock: the same bundle gives the same findings.
//! * [`session`] is the check before you start work: who you are in AWS, who you would become, what is in the way.
//! * [`inventory`] checks a team's list of keys against such a bundle in the same way. A list names keys and never
//!   contains their values.
//! * [`review`] reconstructs an incident, starting from one key, principal, event or secret.
//! * Reading never fails: a [`reading::Reading`] has facts *and* gaps, and every gap is reported.
//! * `terraform` and `script` do not know each other; `flow` joins them over [`value`].
//! * The text of a secret never leaves the process: see [`secret::Secret`] and [`secret::redact`].
//! * The same input gives the same bytes.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

pub mod account;
#[cfg(feature = "aws")]
pub mod aws;
pub mod cli;
pub mod command;
pub mod counted;
#[cfg(feature = "notify")]
pub mod courier;
pub mod day;
pub mod error;
pub mod evidence;
pub mod finding;
pub mod flow;
pub mod hex;
pub mod history;
pub mod inventory;
pub mod nearest;
pub mod notify;
pub mod policy;
pub mod reading;
pub mod record;
pub mod report;
pub mod review;
pub mod rule;
pub mod scan;
pub mod script;
pub mod secret;
#[cfg(feature = "serve")]
pub mod serve;
pub mod session;
pub mod settings;
pub mod settle;
pub mod shown;
pub mod sighting;
pub mod silence;
pub mod source;
pub mod terraform;
#[cfg(any(feature = "notify", feature = "serve"))]
mod tls;
pub mod trail;
pub mod value;
pub mod whole;
