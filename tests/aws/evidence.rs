//! Bundles on the command line: written, verified, altered, hostile.

use std::fs;

use serde_json::json;

use crate::rig::{Here, Moto};
use crate::stub::{Stub, quiet};

fn collected(name: &str) -> Here {
    let stub = Stub::with_identity(|action, _| quiet(action));
    let here = Here::new(&stub.endpoint);
    let ran = here.run(&["collect", "--out", name]);
    assert_eq!(ran.code, 0, "{ran:?}");
    here
}

#[test]
fn a_bundle_is_verified_and_what_was_altered_is_named() {
    let moto = Moto::new();
    let here = Here::new(&moto.endpoint);
    let ran = here.collect(&[]);
    let digest = ran.out.rsplit_once("digest ").unwrap().1.trim().to_owned();
    let ran = here.run(&["evidence", "verify", "evidence", "--digest", &digest]);
    assert_eq!((ran.code, ran.out.contains(&digest)), (0, true), "{ran:?}");
    assert!(ran.out.starts_with("intact: 5 documents, 2 refusals\n"), "{}", ran.out);
    let other = "0".repeat(64);
    let ran = here.run(&["evidence", "verify", "evidence", "--digest", &other]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "altered: the digest is not the one that was given\n"));
    assert_eq!(here.run(&["evidence", "verify", "evidence", "--digest", "x"]).code, 2);

    let name = "123456789012/iam/credential-report.csv";
    let file = here.path("evidence").join(name);
    let mut bytes = fs::read(&file).unwrap();
    bytes[100] ^= 1;
    fs::write(&file, bytes).unwrap();
    let ran = here.run(&["evidence", "verify", "evidence"]);
    assert_eq!((ran.code, ran.out), (1, format!("altered: {name}\n")));
    fs::remove_file(&file).unwrap();
    fs::write(here.path("evidence/extra"), "").unwrap();
    let ran = here.run(&["evidence", "verify", "evidence"]);
    assert_eq!((ran.code, ran.out), (1, format!("missing: {name}\nextra: extra\n")));
}

#[test]
fn an_archive_that_is_cut_or_leads_elsewhere_is_unreadable() {
    let here = collected("evidence.tar.zst");
    assert_eq!(here.run(&["evidence", "verify", "evidence.tar.zst"]).code, 0);
    let whole = fs::read(here.path("evidence.tar.zst")).unwrap();
    fs::write(here.path("cut.tar.zst"), &whole[..whole.len() / 2]).unwrap();
    let ran = here.run(&["evidence", "verify", "cut.tar.zst"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("the evidence cut.tar.zst cannot be read: "), "{}", ran.err);
    // A tar with a name that leads out of it.
    let mut head = tar::Header::new_ustar();
    head.as_mut_bytes()[..13].copy_from_slice(b"../../escaped");
    head.set_size(1);
    head.set_cksum();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append(&head, &b"x"[..]).unwrap();
    let tar = tar.into_inner().unwrap();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    fs::write(here.path("out.tar.zst"), ruzstd::encoding::compress_to_vec(&tar[..], level)).unwrap();
    let ran = here.run(&["evidence", "verify", "out.tar.zst"]);
    assert!(ran.code == 2 && ran.err.contains("a name that no bundle has: ../../escaped"), "{ran:?}");
}

#[test]
fn what_is_no_evidence_is_never_overwritten_and_nothing_is_asked_for_it() {
    let moto = Moto::new();
    moto.state(&json!({}));
    let here = Here::new(&moto.endpoint);
    here.write("evidence/notes.txt", "mine");
    let ran = here.collect(&[]);
    assert_eq!((ran.code, moto.calls()), (2, vec![]));
    assert!(ran.err.contains("not an evidence bundle") && ran.err.contains(" hint: "), "{}", ran.err);
    assert_eq!(fs::read(here.path("evidence/notes.txt")).unwrap(), b"mine");
    let ran = here.run(&["collect", "--out", "none/evidence"]);
    assert!(ran.code == 2 && ran.err.contains("there is no folder none"), "{ran:?}");
}

#[test]
fn a_bundle_takes_the_place_of_an_older_one() {
    let here = collected("evidence");
    let before = fs::read(here.path("evidence/manifest.json")).unwrap();
    let ran = here.collect(&["--clock", "2020-01-01T00:00:00Z"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_ne!(fs::read(here.path("evidence/manifest.json")).unwrap(), before);
    assert_eq!(here.names(), ["evidence"]);
}
