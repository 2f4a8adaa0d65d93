//! Plans and states, from JSON to flows.
