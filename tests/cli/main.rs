//! The command as its users run it: arguments in; text, files and exit codes out.

mod completions;
mod examples;
mod rig;
mod rules;
mod scan;
mod settings;
