//! Where a key of the inventory is named, or its value is found, outside its home.
//!
//! Values are found by keyed fingerprints: see [`fingerprint`].

pub mod around;
mod assigned;
pub mod credential;
mod encode;
pub mod fingerprint;
pub mod names;
pub mod place;
pub mod sighted;
pub mod stream;

pub use around::around;
pub use credential::{Login, logins};
pub use encode::Encoding;
pub use fingerprint::{Fingerprints, Unfit};
pub use names::{Key, Mention, Names, What};
pub use place::Place;
pub use sighted::{FIELDS, Kind, LOGSOURCE, Sighting, in_words, judge};
pub use stream::{Buffer, Found, MOST_MATCHES, Match, Part, joined, search, search_text};
