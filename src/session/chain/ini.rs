//! `~/.aws/config` and `~/.aws/credentials`, as the AWS CLI reads them. Values are borrowed: nothing is copied here.

/// More sections than this, and more settings in one, are not looked at: each is compared with those above it.
const MOST: usize = 4096;

/// A file of sections.
#[derive(Debug, Default)]
pub(super) struct Ini<'t> {
    pub sections: Vec<Section<'t>>,
    /// Lines that the AWS CLI does not take, and why.
    pub wrong: Vec<(usize, &'static str)>,
}

/// `[name]` and what follows it.
pub(super) struct Section<'t> {
    pub name: &'t str,
    pub entries: Vec<Entry<'t>>,
}

/// `key = value`.
pub(super) struct Entry<'t> {
    /// As written; names are compared without regard to case.
    pub key: &'t str,
    pub value: &'t str,
}

impl std::fmt::Debug for Section<'_> {
    /// Without values: some of them are keys.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "[{}] {} entries", self.name, self.entries.len())
    }
}

impl<'t> Section<'t> {
    /// The last value of a name, if it is not empty.
    pub(super) fn get(&self, key: &str) -> Option<&'t str> {
        self.entries.iter().rev().find(|entry| entry.key.eq_ignore_ascii_case(key)).map(|entry| entry.value)
    }
}

/// Reads a whole file. What is wrong in it is noted, and the rest is read.
pub(super) fn read(text: &str) -> Ini<'_> {
    let mut ini = Ini::default();
    // How far the last key is indented: what stands deeper belongs to it.
    let mut depth = None;
    for (number, line) in (1..).zip(text.trim_start_matches('\u{FEFF}').lines()) {
        let plain = line.trim();
        if plain.is_empty() || plain.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if depth.is_some_and(|depth| indent > depth) {
            continue;
        }
        match header(plain) {
            Some(name) => {
                depth = None;
                if ini.sections.len() >= MOST {
                    ini.wrong.push((number, "what follows is not read, there are too many sections"));
                    return ini;
                }
                if ini.sections.iter().any(|section| section.name == name) {
                    ini.wrong.push((number, "there is already a section of this name above"));
                }
                ini.sections.push(Section { name, entries: Vec::new() });
            }
            None => {
                depth = Some(indent);
                if let Err(reason) = entry(&mut ini.sections, plain) {
                    ini.wrong.push((number, reason));
                }
            }
        }
    }
    ini
}

fn header(line: &str) -> Option<&str> {
    let inside = line.strip_prefix('[')?;
    inside.split_once(']').map(|(name, _)| name.trim()).filter(|name| !name.is_empty())
}

fn entry<'t>(sections: &mut [Section<'t>], line: &'t str) -> Result<(), &'static str> {
    let Some(section) = sections.last_mut() else { return Err("a setting outside of all sections") };
    let Some((key, value)) = line.split_once(['=', ':']) else {
        return Err("neither a section nor a setting");
    };
    if section.entries.len() >= MOST {
        return Err("this setting is not read, there are too many in its section");
    }
    let (key, value) = (key.trim_end(), value.trim());
    let twice = section.get(key).is_some();
    section.entries.push(Entry { key, value });
    if twice { Err("this setting is twice in its section") } else { Ok(()) }
}

/// The name of a profile's section in `~/.aws/config`: `[profile dev]`, `[profile "my dev"]`, `[default]`.
pub(super) fn profile_name(section: &str) -> Option<&str> {
    if section == "default" { Some(section) } else { named(section, "profile") }
}

/// `[sso-session work]`.
pub(super) fn session_name(section: &str) -> Option<&str> {
    named(section, "sso-session")
}

fn named<'t>(section: &'t str, kind: &str) -> Option<&'t str> {
    let name = section.strip_prefix(kind)?;
    let name = name.strip_prefix([' ', '\t'])?.trim();
    let quoted = |mark| name.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let name = quoted('"').or_else(|| quoted('\'')).unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_settings_are_read_as_the_cli_reads_them() {
        let text = "\u{FEFF}# comment\n[default]\nregion = eu-west-1\ns3 =\n  region = other\n  x = y\nROLE_ARN: a=b\n\n[profile \"my dev\"]\n  aws_access_key_id=AKIA\n  ; c\n  sso_region=r\n";
        let ini = read(text);
        let names: Vec<&str> = ini.sections.iter().map(|section| section.name).collect();
        assert_eq!(names, ["default", "profile \"my dev\""]);
        assert_eq!(ini.sections[0].get("region"), Some("eu-west-1"));
        assert_eq!(ini.sections[0].get("role_arn"), Some("a=b"));
        assert_eq!(ini.sections[0].get("x"), None, "it belongs to s3");
        assert_eq!(ini.sections[1].get("sso_region"), Some("r"));
        assert_eq!(profile_name(names[1]), Some("my dev"));
        assert_eq!(ini.wrong, []);
    }

    #[test]
    fn what_the_cli_refuses_is_noted() {
        let ini = read("a = b\n[x]\njunk\nk = 1\nk = 2\n[x]\n[\n");
        let lines: Vec<usize> = ini.wrong.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 5, 6, 7]);
        assert_eq!(ini.sections[0].get("k"), Some("2"));
    }

    #[test]
    fn names_of_profiles_and_others_are_told_apart() {
        for (section, name) in [
            ("profile a", Some("a")),
            ("default", Some("default")),
            ("profile 'b c'", Some("b c")),
            ("profiles", None),
            ("profile", None),
            ("preview", None),
        ] {
            assert_eq!(profile_name(section), name, "{section}");
        }
        assert_eq!(session_name("sso-session work"), Some("work"));
    }
}
