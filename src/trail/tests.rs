//! Trails as a whole: sessions of our own corpus, and what must hold for every order and every input.

mod findings;
mod hostile;
mod order;
mod rig;
mod sessions;
mod verdicts;
