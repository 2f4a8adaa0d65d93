//! Digests and logs made as CloudTrail makes them, then changed. The key is made by `openssl` when the tests run.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Command;
use std::sync::LazyLock;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::{Digest as _, Sha256};

use super::*;

static KEY: LazyLock<RsaKeyPair> = LazyLock::new(new_key);
static OTHER_KEY: LazyLock<RsaKeyPair> = LazyLock::new(new_key);

const PLACE: &str = "AWSLogs/123456789012/CloudTrail";
/// 2026-03-28T00:00:00Z.
const START: i64 = 1_774_656_000;

#[expect(clippy::disallowed_methods, reason = "no key lies in the repository")]
fn new_key() -> RsaKeyPair {
    let arguments = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER"];
    let made = Command::new("openssl").args(arguments).output().expect("openssl runs");
    // Some versions write PKCS#8, others PKCS#1.
    RsaKeyPair::from_pkcs8(&made.stdout).or_else(|_| RsaKeyPair::from_der(&made.stdout)).expect("a key")
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut text).unwrap();
    text
}

fn stamp(seconds: i64, form: &str) -> String {
    jiff::Timestamp::from_second(seconds).unwrap().strftime(form).to_string()
}

fn sign(key: &RsaKeyPair, message: &str) -> String {
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    hex(&signature)
}

fn keys_of(key: &RsaKeyPair, fingerprint: &str) -> Keys {
    let value = base64::engine::general_purpose::STANDARD.encode(key.public().as_ref());
    let text = serde_json::json!({"PublicKeyList": [{
        "Value": value, "ValidityStartTime": "2026-01-01T00:00:00Z", "ValidityEndTime": "2026-12-31T00:00:00Z",
        "Fingerprint": fingerprint,
    }]});
    let mut keys = Keys::default();
    keys.add(&text.to_string()).unwrap();
    keys
}

fn keys() -> Keys {
    keys_of(&KEY, "31e8b5433410dfb61a9dc45cc65b22ff")
}

/// A folder in memory.
#[derive(Default, Clone)]
struct World {
    files: BTreeMap<String, Vec<u8>>,
    /// Object, hash and signature of the newest digest.
    last: Option<(String, String, String)>,
    hour: i64,
}

impl Files for World {
    fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }
    fn open(&self, name: &str) -> Result<Box<dyn Read + '_>, String> {
        self.files
            .get(name)
            .map(|bytes| Box::new(bytes.as_slice()) as Box<dyn Read>)
            .ok_or("it is not there".into())
    }
}

impl World {
    fn log(&mut self, at: i64, mark: &str) -> (String, String) {
        let text = format!(r#"{{"Records":[{{"eventID":"{mark}-{at}"}}]}}"#);
        let day = stamp(at, "%Y/%m/%d");
        let name =
            format!("123456789012_CloudTrail_eu-central-1_{}_{mark}.json.gz", stamp(at, "%Y%m%dT%H%MZ"));
        let object = format!("{PLACE}/eu-central-1/{day}/{name}");
        self.files.insert(object.clone(), gzip(text.as_bytes()));
        (object, hex(&Sha256::digest(text.as_bytes())))
    }

    fn object(end: i64, suffix: &str) -> String {
        let (day, time) = (stamp(end, "%Y/%m/%d"), stamp(end, "%Y%m%dT%H%M%SZ"));
        let name =
            format!("123456789012_CloudTrail-Digest_eu-central-1_main_eu-central-1_{time}{suffix}.json.gz");
        format!("{PLACE}-Digest/eu-central-1/{day}/{name}")
    }

    /// Writes the digest of an hour; its signature lies beside it.
    fn digest(&mut self, start: i64, logs: &[(String, String)], suffix: &str) {
        let end = start + 3600;
        let object = Self::object(end, suffix);
        let listed: Vec<serde_json::Value> = logs.iter().map(|(object, hash)| serde_json::json!({
            "s3Bucket": "trail-bucket", "s3Object": object, "hashValue": hash, "hashAlgorithm": "SHA-256",
            "newestEventTime": stamp(end, "%FT%TZ"), "oldestEventTime": stamp(start, "%FT%TZ"),
        })).collect();
        let previous = self.last.clone().filter(|_| suffix.is_empty());
        let (before, hash, signature) =
            previous.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), Some(c)));
        let text = serde_json::json!({
            "awsAccountId": "123456789012", "digestStartTime": stamp(start, "%FT%TZ"),
            "digestEndTime": stamp(end, "%FT%TZ"), "digestS3Bucket": "trail-bucket", "digestS3Object": object,
            "digestPublicKeyFingerprint": "31e8b5433410dfb61a9dc45cc65b22ff",
            "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": null, "oldestEventTime": null,
            "previousDigestS3Bucket": before.as_ref().map(|_| "trail-bucket"), "previousDigestS3Object": before,
            "previousDigestHashValue": hash, "previousDigestHashAlgorithm": "SHA-256",
            "previousDigestSignature": signature, "logFiles": listed,
        }).to_string();
        let hash = hex(&Sha256::digest(text.as_bytes()));
        let signed = signature.unwrap_or("null".into());
        let message = format!("{}\ntrail-bucket/{object}\n{hash}\n{signed}", stamp(end, "%FT%TZ"));
        let signature = sign(&KEY, &message);
        self.files.insert(object.clone(), gzip(text.as_bytes()));
        self.files.insert(format!("{object}.signature"), format!("{signature}\n").into_bytes());
        if suffix.is_empty() {
            self.last = Some((object, hash, signature));
        }
    }

    fn hours(mut self, count: i64) -> Self {
        for _ in 0..count {
            let start = START + self.hour * 3600;
            let logs = [self.log(start + 1200, "aaaa"), self.log(start + 2400, "bbbb")];
            self.digest(start, &logs, "");
            self.hour += 1;
        }
        self
    }

    fn name(&self, part: &str) -> String {
        self.files
            .keys()
            .find(|name| name.contains(part) && name.ends_with(".json.gz"))
            .expect("a file")
            .clone()
    }

    fn without(mut self, part: &str) -> Self {
        self.files.retain(|name, _| !name.contains(part));
        self
    }

    fn changed(mut self, part: &str, change: impl Fn(&mut Vec<u8>)) -> Self {
        let name = self.name(part);
        change(self.files.get_mut(&name).unwrap());
        self
    }
}

/// All that is told, with short names.
fn told(world: &World, keys: Option<&Keys>) -> Vec<String> {
    let verdict = verify(world, keys);
    let short = |name: &str| base(name).replace("123456789012_", "").replace("_main_eu-central-1", "");
    let mut lines: Vec<String> = Vec::new();
    for fault in &verdict.faults {
        lines.push(format!("{} {}: {}", fault.kind.word(), short(&fault.name), short(&fault.detail)));
    }
    lines.extend(verdict.unproven.iter().map(|(name, why)| format!("? {}: {why}", short(name))));
    lines
}

fn whole_of(world: &World) -> Vec<String> {
    told(world, Some(&keys()))
}

#[test]
fn what_nobody_touched_is_whole() {
    let world = World::default().hours(5);
    let verdict = verify(&world, Some(&keys()));
    assert_eq!((verdict.faults.len(), verdict.unproven.len(), verdict.digests, verdict.logs), (0, 0, 5, 10));
    let chain = &verdict.chains[0];
    assert_eq!(
        (chain.name.as_str(), chain.first, chain.last),
        ("123456789012 eu-central-1_main_eu-central-1", START, START + 5 * 3600)
    );
}

#[test]
fn a_flat_folder_and_inflated_logs_are_whole_too() {
    let mut world = World::default().hours(3);
    world.files = world
        .files
        .into_iter()
        .map(|(name, bytes)| {
            if name.contains("_CloudTrail_") {
                (base(&name).trim_end_matches(".gz").to_owned(), gunzip(&bytes))
            } else {
                (base(&name).to_owned(), bytes)
            }
        })
        .collect();
    assert_eq!(whole_of(&world), [""; 0]);
}

#[test]
fn only_the_newest_signature_has_to_be_kept() {
    let world = World::default().hours(4).without(".signature");
    assert_eq!(
        whole_of(&world),
        [
            "? CloudTrail-Digest_eu-central-1_20260328T040000Z.json.gz: it is the newest digest, and its signature is missing: save it from the object's metadata",
        ]
    );
    let mut saved = world.clone();
    let (object, _, signature) = saved.last.clone().unwrap();
    let head = serde_json::json!({"ContentLength": 1, "Metadata": {"signature": signature, "signature-algorithm": "SHA256withRSA"}});
    saved.files.insert(format!("{object}.metadata.json"), head.to_string().into_bytes());
    assert_eq!(whole_of(&saved), [""; 0]);
}

#[test]
fn logs_that_were_altered_removed_cut_or_added_are_named() {
    let world = World::default().hours(4);
    let altered = world.clone().changed("T0220Z_aaaa", |bytes| *bytes = gzip(br#"{"Records":[]}"#));
    assert_eq!(
        whole_of(&altered),
        [
            "altered CloudTrail_eu-central-1_20260328T0220Z_aaaa.json.gz: its content differs from what was delivered"
        ]
    );
    let longer = world.clone().changed("T0220Z_aaaa", |bytes| bytes.extend(gzip(b"{}")));
    assert_eq!(
        whole_of(&longer),
        [
            "altered CloudTrail_eu-central-1_20260328T0220Z_aaaa.json.gz: its content differs from what was delivered"
        ]
    );
    let removed = world.clone().without("T0220Z_aaaa");
    assert_eq!(
        whole_of(&removed),
        ["missing CloudTrail_eu-central-1_20260328T0220Z_aaaa.json.gz: a digest lists this log"]
    );
    let cut = world.clone().changed("T0220Z_aaaa", |bytes| bytes.truncate(bytes.len() - 9));
    assert_eq!(
        whole_of(&cut),
        ["damaged CloudTrail_eu-central-1_20260328T0220Z_aaaa.json.gz: it is truncated"]
    );
    let mut added = world;
    added.log(START + 5500, "zzzz");
    assert_eq!(
        whole_of(&added),
        [
            "extra CloudTrail_eu-central-1_20260328T0131Z_zzzz.json.gz: no digest lists it, although those of its time are present"
        ]
    );
}

#[test]
fn digests_that_were_removed_are_named_also_in_a_row() {
    let world = World::default().hours(6);
    let one = world.clone().without("T030000Z");
    assert_eq!(
        whole_of(&one),
        [
            "missing CloudTrail-Digest_eu-central-1_20260328T030000Z.json.gz: the digest of 2026-03-28T02:00:00Z to 2026-03-28T03:00:00Z",
            "? CloudTrail_eu-central-1_20260328T0220Z_aaaa.json.gz: the digests of its time are missing",
            "? CloudTrail_eu-central-1_20260328T0240Z_bbbb.json.gz: the digests of its time are missing",
        ]
    );
    // With their logs: what is left must not look whole.
    let two = world
        .clone()
        .without("T030000Z")
        .without("T040000Z")
        .without("T0220Z")
        .without("T0240Z")
        .without("T0320Z")
        .without("T0340Z");
    assert_eq!(
        whole_of(&two),
        [
            "missing CloudTrail-Digest_eu-central-1_20260328T040000Z.json.gz: the last of about 2 consecutive missing digests, of 2026-03-28T02:00:00Z to 2026-03-28T04:00:00Z",
        ]
    );
    let newest = world.without("T060000Z");
    assert_eq!(
        whole_of(&newest),
        [
            "? CloudTrail_eu-central-1_20260328T0520Z_aaaa.json.gz: it lies at or outside the ends of the digests",
            "? CloudTrail_eu-central-1_20260328T0540Z_bbbb.json.gz: it lies at or outside the ends of the digests",
        ]
    );
}

#[test]
fn another_key_another_text_and_another_place_are_told() {
    let world = World::default().hours(2);
    let forged = |detail: &str| -> Vec<String> {
        let line = |hour: u8| {
            format!("forged CloudTrail-Digest_eu-central-1_20260328T0{hour}0000Z.json.gz: {detail}")
        };
        vec![line(1), line(2)]
    };
    let wrong = keys_of(&OTHER_KEY, "31e8b5433410dfb61a9dc45cc65b22ff");
    assert_eq!(
        told(&world, Some(&wrong)),
        forged("the signature does not match: content, location or signature was changed")
    );
    let unknown = keys_of(&KEY, "00000000000000000000000000000000");
    assert_eq!(
        told(&world, Some(&unknown)),
        forged(
            "none of the given keys has its fingerprint: keys change, so list those of the whole period and of its Region"
        )
    );
    // A digest without one of its logs, and the log gone.
    let edited = world.clone().without("T0020Z_aaaa").changed("T010000Z", |bytes| {
        let mut value: serde_json::Value = serde_json::from_slice(&gunzip(bytes)).unwrap();
        value["logFiles"].as_array_mut().unwrap().remove(0);
        *bytes = gzip(value.to_string().as_bytes());
    });
    assert_eq!(
        whole_of(&edited),
        [
            "altered CloudTrail-Digest_eu-central-1_20260328T010000Z.json.gz: it is not the digest that CloudTrail-Digest_eu-central-1_20260328T020000Z.json.gz refers to",
            "forged CloudTrail-Digest_eu-central-1_20260328T010000Z.json.gz: the signature does not match: content, location or signature was changed",
        ]
    );
    let mut moved = world;
    let (from, to) = (World::object(START + 3600, ""), World::object(START + 1800, ""));
    let bytes = moved.files.remove(&from).unwrap();
    moved.files.remove(&format!("{from}.signature"));
    moved.files.insert(to, bytes);
    assert_eq!(
        whole_of(&moved),
        [
            "moved CloudTrail-Digest_eu-central-1_20260328T003000Z.json.gz: it claims to be CloudTrail-Digest_eu-central-1_20260328T010000Z.json.gz"
        ]
    );
}

#[test]
fn a_chain_that_starts_anew_proves_nothing_of_the_time_between() {
    let mut world = World::default().hours(2);
    (world.last, world.hour) = (None, 4);
    assert_eq!(
        whole_of(&world.hours(2)),
        [
            "? CloudTrail-Digest_eu-central-1_20260328T050000Z.json.gz: the chain restarts with it: nothing is proven from 2026-03-28T02:00:00Z to 2026-03-28T04:00:00Z",
        ]
    );
}

#[test]
fn later_additions_list_their_logs_beside_the_chain() {
    let mut world = World::default().hours(3);
    let late = world.log(START + 3600 + 2000, "late");
    assert_eq!(whole_of(&world).len(), 1);
    world.digest(START + 3600, std::slice::from_ref(&late), "_backfill");
    assert_eq!(whole_of(&world), [""; 0]);
    let altered = world.changed("_late", |bytes| *bytes = gzip(b"{}"));
    assert_eq!(whole_of(&altered).len(), 1);
}

#[test]
fn without_keys_nothing_is_proven() {
    let lines = told(&World::default().hours(2), None);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("? signatures: no public keys"), "{lines:?}");
}

#[test]
fn hostile_files_end_in_words() {
    for text in ["", "{}", "[1", "{\"digestStartTime\": 5}", "\u{0}"] {
        let world = World::default().hours(3).changed(
            "Digest_eu-central-1_main_eu-central-1_20260328T020000Z",
            |bytes| {
                *bytes = gzip(text.as_bytes());
            },
        );
        let lines = whole_of(&world);
        assert!(lines.iter().any(|line| line.starts_with("altered CloudTrail-Digest")), "{lines:?}");
    }
    let mut other = World::default();
    other.files.insert("x_CloudTrail-Digest_y.json".into(), b"\x1f\x8bnot gzip".to_vec());
    other.files.insert("x_CloudTrail_y_ü_z.json.gz".into(), Vec::new());
    let lines = whole_of(&other);
    assert!(lines[0].starts_with("damaged"), "{lines:?}");
    let mut keys = Keys::default();
    for text in [
        "",
        "{}",
        "{\"PublicKeyList\": []}",
        "{\"PublicKeyList\": [{\"Value\": \"!\", \"Fingerprint\": \"a\"}]}",
    ] {
        assert!(keys.add(text).is_err(), "{text}");
    }
}
