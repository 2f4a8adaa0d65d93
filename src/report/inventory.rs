//! What is told of a team's list of keys: the health check.

/// A list of keys, held against their stores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InventorySection {
    /// The rows, in the list's order.
    pub keys: Vec<ListedKey>,
    /// Parameters of the projects that no row lists.
    pub unlisted: Vec<UnlistedParameter>,
    /// The account's number; empty where AWS did not tell.
    pub account: String,
    /// When the stores were asked: all ages count from it.
    pub collected_at: String,
    /// 0, 1 or 2: how closely values were looked at.
    pub read_level: u8,
    /// The same in words.
    pub level_told: &'static str,
    /// The file that says what to do.
    pub runbook: Option<String>,
    /// Nothing but the health check is drawn.
    pub only_screen: bool,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// `ANTHROPIC_API_KEY`.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// Its name in its store.
    pub location: String,
    /// `parameter`, `secrets-manager`, `github-secret`, `other` or `none`.
    pub home: String,
    /// Whose it is.
    pub owner: Option<String>,
    /// `ok`, `missing` ...
    pub status: String,
    /// `OK`, `MISSING` ...
    pub shouted: String,
    /// How it is drawn.
    pub state: KeyState,
    /// Why, in words.
    pub why: Option<String>,
    /// Days since the rotation.
    pub age_days: Option<i64>,
    /// The day of the rotation in the list.
    pub claimed: Option<String>,
    /// The day of the last write in the store.
    pub written: Option<String>,
    /// Whether it needs migration.
    pub migrating: bool,
    /// How many of the five questions are answered.
    pub answers: usize,
}

/// How a row is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// As it should be.
    Good,
    /// It lives where only others can look.
    Elsewhere,
    /// Somebody should look.
    Doubtful,
    /// It does not work, or not as it should.
    Bad,
}

/// A parameter that no row lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlistedParameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Days since it was written.
    pub age_days: Option<i64>,
}

impl InventorySection {
    /// The one line below the list: what is wrong, and which file says what to do.
    pub fn advice(&self) -> String {
        let of = |word: &str| self.keys.iter().filter(|key| key.status == word).count();
        let bad = self.keys.iter().filter(|key| key.state == KeyState::Bad).count();
        let doubtful = self.keys.iter().filter(|key| key.state == KeyState::Doubtful).count();
        let see = self.runbook.as_ref().map(|file| format!(" See {file} to fix.")).unwrap_or_default();
        match (bad, doubtful) {
            (0, 0) => match self.keys.iter().filter(|key| key.state == KeyState::Good).count() {
                good if (1..self.keys.len()).contains(&good) => {
                    let (is, its) = if good == 1 { ("is", "its place") } else { ("are", "their places") };
                    let (all, rest) = (self.keys.len(), self.keys.len() - good);
                    let were = if rest == 1 { "was" } else { "were" };
                    format!("{good} of {all} secrets {is} in {its}; {rest} {were} not checked.")
                }
                0 => "No listed secret is in a place that secretrail can check.".to_owned(),
                1 => "The secret is in its place.".to_owned(),
                all => format!("All {all} secrets are in their places."),
            },
            (0, _) if of("stale") > 0 => format!("One or more secrets are stale.{see}"),
            (0, _) => format!("One or more secrets could not be checked.{see}"),
            (bad, _) if bad == of("missing") => format!("One or more secrets are missing.{see}"),
            (bad, _) if bad == of("unreadable") => format!("One or more secrets cannot be read.{see}"),
            _ => format!("One or more secrets are not in order.{see}"),
        }
    }
}
