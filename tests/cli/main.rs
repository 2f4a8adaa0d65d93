//! The command as its users run it: arguments in; text, files and exit codes out.

mod account;
mod audit;
mod baseline;
mod completions;
mod examples;
mod gaps;
mod history;
mod html;
mod ignores;
mod incident;
mod init;
mod inventory;
mod inventory_where;
mod nightly;
#[cfg(all(feature = "notify", feature = "serve"))]
mod notify;
mod ocsf;
mod outside;
mod places;
mod policy;
mod review;
mod rig;
mod rules;
#[cfg(all(unix, feature = "run"))]
mod run;
mod scan;
#[cfg(feature = "serve")]
mod serve;
mod session;
mod settings;
mod settings_check;
#[cfg(feature = "git")]
mod since;
mod surfaces;
mod tokens;
mod trail;
mod trail_corpus;
#[cfg(feature = "verify")]
mod trail_verify;
