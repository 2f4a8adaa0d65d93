//! Trails as a whole: sessions of our own corpus, and what must hold for every order and every input.

mod hostile;
mod order;
mod rig;
mod sessions;
