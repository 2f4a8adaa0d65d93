//! Ignition: its JSON, the YAML that Butane takes, and the older language of Container Linux.
//!
//! <https://coreos.github.io/butane/specs/>, <https://coreos.github.io/ignition/specs/>

use std::rc::Rc;

use base64::Engine;

use super::config::{cost, shown_path};
use super::yaml::{Data, Node};
use super::{Reader, encoded};
use crate::script::run::Placed;
use crate::source::Span;
use crate::value::{Flat, Text};

/// What does it, in users' words.
const BY: &str = "written by Ignition";

impl Reader<'_> {
    /// Follows a configuration: the files and units that it writes.
    pub(super) fn ignition(&mut self, flat: &Flat) {
        for root in self.yaml(flat, false) {
            let mut files = Vec::new();
            self.storage(flat, &root, &mut files);
            self.units(flat, &root, &mut files);
            self.named_literals(flat, &root);
            self.carry_out(&Text::default(), files);
        }
    }

    fn storage(&mut self, flat: &Flat, root: &Node, files: &mut Vec<Placed>) {
        for storage in root.all("storage") {
            for file in storage.all("files").flat_map(|list| list.items()) {
                if !self.pay(8 * file.width(), self.place(flat, file)) {
                    return;
                }
                let Some(path) = file.get("path").and_then(|path| path.text()).map(shown_path) else {
                    continue;
                };
                for contents in file.all("contents") {
                    self.resource(flat, contents, &path, false, files);
                }
                for contents in file.all("append").flat_map(|list| list.items()) {
                    self.resource(flat, contents, &path, true, files);
                }
            }
            // Key files of encrypted disks are kept, for the next boot.
            for disk in storage.all("luks").flat_map(|list| list.items()) {
                let name =
                    disk.get("name").and_then(|name| name.text()).map_or_else(|| "…".into(), shown_path);
                for contents in disk.all("key_file") {
                    self.resource(flat, contents, &format!("/etc/luks/{name}"), false, files);
                }
            }
        }
    }

    /// `contents`: a text, an address that is the text, or an address.
    fn resource(&mut self, flat: &Flat, contents: &Node, path: &str, append: bool, files: &mut Vec<Placed>) {
        let sources = || contents.all("inline").chain(contents.all("source")).chain(contents.all("remote"));
        for source in sources() {
            // The older language: `remote: {url: "data:..."}`.
            let source = source.get("url").unwrap_or(source);
            let at = self.place(flat, source);
            let Some(text) = source.text() else { continue };
            if !self.pay(cost(text), at) {
                return;
            }
            let packed =
                contents.get("compression").and_then(|word| word.word()).is_some_and(|word| word == "gzip");
            let Some(text) = self.data_url(text, packed, at) else { continue };
            files.push(Placed {
                path: path.to_owned(),
                lines: Flat::new(&text).lines(at),
                by: BY.to_owned(),
                append,
            });
        }
    }

    /// `data:text/plain;charset=utf-8;base64,...`; any other text as it is, no text for another address.
    fn data_url(&mut self, text: &Text, packed: bool, at: Span) -> Option<Text> {
        let flat = Flat::new(text);
        let all = flat.text();
        if !all.starts_with("data:") {
            let address = ["http://", "https://", "s3://", "gs://", "tftp://", "arn:"];
            return (!address.iter().any(|scheme| all.starts_with(scheme))).then(|| text.clone());
        }
        let comma = all.find(',')?;
        let body = flat.slice(comma + 1, all.len());
        let Some(known) = body.known() else { return Some(body) };
        let head = all.get(..comma).unwrap_or_default();
        let bytes = if head.ends_with(";base64") {
            let plain = percent_decoded(&known);
            String::from_utf8(plain)
                .ok()
                .and_then(|text| encoded::from_base64(&text).or_else(|| url_safe(&text)))
        } else {
            Some(percent_decoded(&known))
        };
        let bytes = bytes?;
        if !packed && !head.ends_with(";base64") && !known.contains('%') {
            return Some(body);
        }
        self.pay(bytes.len(), at).then_some(())?;
        let decoded = encoded::unpacked(bytes, &mut self.budget);
        self.decoded(decoded, at)
    }

    fn units(&mut self, flat: &Flat, root: &Node, files: &mut Vec<Placed>) {
        for unit in root.all("systemd").flat_map(|part| part.all("units")).flat_map(|list| list.items()) {
            if !self.pay(8 * unit.width(), self.place(flat, unit)) {
                return;
            }
            let name = unit.get("name").and_then(|name| name.text()).map_or_else(|| "…".into(), shown_path);
            let path = format!("/etc/systemd/system/{name}");
            self.unit_text(flat, unit, path.clone(), files);
            for part in unit.all("dropins").flat_map(|list| list.items()) {
                let name =
                    part.get("name").and_then(|name| name.text()).map_or_else(|| "…".into(), shown_path);
                self.unit_text(flat, part, format!("{path}.d/{name}"), files);
            }
        }
    }

    fn unit_text(&mut self, flat: &Flat, unit: &Rc<Node>, path: String, files: &mut Vec<Placed>) {
        for contents in unit.all("contents") {
            let Data::Scalar(text) = &contents.data else { continue };
            let at = self.place(flat, contents);
            if self.pay(cost(text), at) {
                files.push(Placed {
                    path: path.clone(),
                    lines: Flat::new(text).lines(at),
                    by: BY.to_owned(),
                    append: false,
                });
            }
        }
    }
}

fn url_safe(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// `%0A` is a line break; a `%` without two digits stays.
fn percent_decoded(text: &str) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match (first, digit(after.first()), digit(after.get(1))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}
