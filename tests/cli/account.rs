//! `secretrail account`: what is said of accounts in every state, below the command and with it.

mod chain;
mod climb;
mod command;
mod example;
mod hostile;
mod lacks;
mod people;
mod power;
mod review;
mod rig;
mod root;
