//! Profiles: what both files say of a name.

use super::ini::{self, Ini};
use super::{File, Setup};

/// Both files.
pub(super) struct Profiles<'s> {
    config: Ini<'s>,
    credentials: Ini<'s>,
}

/// What is known of one name.
#[derive(Clone, Copy)]
pub(super) struct Profile<'p> {
    pub name: &'p str,
    config: Option<&'p ini::Section<'p>>,
    credentials: Option<&'p ini::Section<'p>>,
}

impl<'s> Profiles<'s> {
    /// Reads both, and says what is wrong with them.
    pub(super) fn read(setup: &'s Setup, gaps: &mut Vec<String>) -> Self {
        let mut ini = |file: &'s File, shown: &str| match file {
            File::Missing => Ini::default(),
            File::Unreadable(reason) => {
                gaps.push(format!("{shown}: {reason}"));
                Ini::default()
            }
            File::Read(text) => {
                let ini = ini::read(text);
                if let Some((line, reason)) = ini.wrong.first() {
                    gaps.push(format!(
                        "{shown}:{line}: {reason}: the AWS CLI rejects the whole file, other tools continue"
                    ));
                }
                ini
            }
        };
        Self { config: ini(&setup.config, "config"), credentials: ini(&setup.credentials, "credentials") }
    }

    pub(super) fn get<'p>(&'p self, name: &'p str) -> Option<Profile<'p>> {
        let config = self.config.sections.iter().rev();
        let config = config.clone().find(|section| ini::profile_name(section.name) == Some(name));
        let credentials = self.credentials.sections.iter().rev().find(|section| section.name == name);
        (config.is_some() || credentials.is_some()).then_some(Profile { name, config, credentials })
    }

    /// `[sso-session NAME]`.
    pub(super) fn session(&self, name: &str) -> Option<&ini::Section<'s>> {
        self.config.sections.iter().rev().find(|section| ini::session_name(section.name) == Some(name))
    }
}

impl<'p> Profile<'p> {
    /// A setting; the credentials file wins.
    pub(super) fn get(&self, key: &str) -> Option<&'p str> {
        self.in_credentials(key).or_else(|| self.in_config(key))
    }

    pub(super) fn in_config(&self, key: &str) -> Option<&'p str> {
        self.config.and_then(|section| section.get(key))
    }

    pub(super) fn in_credentials(&self, key: &str) -> Option<&'p str> {
        self.credentials.and_then(|section| section.get(key))
    }
}
