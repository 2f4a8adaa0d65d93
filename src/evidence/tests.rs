//! Bundles: written, read back, altered, and made by somebody who means harm.

use std::fs;
use std::path::{Path, PathBuf};

use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use tempfile::TempDir;

use super::*;

fn call(action: &str, page: Option<u32>) -> Call {
    Call {
        service: "iam".into(),
        action: action.into(),
        region: "us-east-1".into(),
        request_id: Some("0aa1".into()),
        at: "2026-01-31T10:00:00Z".parse().unwrap(),
        page,
    }
}

fn bundle() -> Bundle {
    let document = |name: &str, action: &str, page, text: &str| Document {
        name: format!("123456789012/iam/{name}"),
        bytes: text.into(),
        call: call(action, page),
        generated: None,
    };
    let details = "GetAccountAuthorizationDetails";
    let mut documents = vec![
        document("get-account-summary.xml", "GetAccountSummary", None, "<a>1</a>\n"),
        document("get-account-authorization-details.1.xml", details, Some(1), "<a>1</a>"),
        document("get-account-authorization-details.2.xml", details, Some(2), "<a>2</a>"),
        document("get-account-authorization-details.10.xml", details, Some(10), "<a>10</a>"),
    ];
    documents.sort_by(|a, b| a.name.cmp(&b.name));
    Bundle {
        manifest: Manifest {
            tool_version: "0.1.0".into(),
            account: Some("123456789012".into()),
            partition: Some("aws".into()),
            caller: Some("arn:aws:iam::123456789012:user/auditor".into()),
            regions: vec!["us-east-1".into()],
            surfaces: vec!["account".into()],
            collected_at: "2026-01-31T10:00:05Z".parse().unwrap(),
        },
        documents,
        refusals: vec![Refusal {
            call: call("ListVirtualMFADevices", Some(1)),
            code: "AccessDenied".into(),
            permission: "iam:ListVirtualMFADevices".into(),
            status: Some(403),
        }],
        members: Vec::new(),
    }
}

fn written(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    Target::new(&path).unwrap().write(&bundle()).unwrap();
    (folder, path)
}

fn faults(path: &Path) -> Vec<String> {
    let verdict = verify(path).unwrap();
    verdict.faults.into_iter().map(|fault| format!("{} {}", fault.kind.word(), fault.name)).collect()
}

#[test]
fn what_is_written_is_read_and_intact() {
    for name in ["evidence", "evidence.tar.zst"] {
        let (folder, path) = written(name);
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
        assert_eq!(left, [name], "nothing else is left");
        let found = read(&path, None).unwrap();
        assert_eq!(found, bundle());
        let pages: Vec<_> =
            found.answers("iam", "GetAccountAuthorizationDetails").into_iter().map(|d| d.call.page).collect();
        assert_eq!(pages, [Some(1), Some(2), Some(10)]);
        let verdict = verify(&path).unwrap();
        assert_eq!((verdict.documents, verdict.refusals, verdict.faults), (4, 1, vec![]));
    }
}

#[test]
fn the_same_evidence_is_the_same_bytes() {
    let (_a, a) = written("a.tar.zst");
    let (_b, b) = written("b.tar.zst");
    assert_eq!(fs::read(&a).unwrap(), fs::read(&b).unwrap());
    let (_c, c) = written("c");
    assert_eq!(verify(&a).unwrap().digest, verify(&c).unwrap().digest);
}

#[test]
fn every_flipped_byte_is_named() {
    let (_folder, path) = written("evidence");
    for name in ["123456789012/iam/get-account-summary.xml", name::MANIFEST] {
        let file = path.join(name);
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 1;
            fs::write(&file, &other).unwrap();
            match verify(&path) {
                Ok(verdict) => {
                    let named: Vec<&str> = verdict.faults.iter().map(|fault| fault.name.as_str()).collect();
                    assert!(named.contains(&name), "byte {at} of {name}: {named:?}");
                    assert!(name == name::MANIFEST || named == [name], "{named:?}");
                }
                Err(error) => assert!(error.message.contains(name), "byte {at} of {name}: {error}"),
            }
            assert!(read(&path, None).is_err(), "byte {at} of {name}");
        }
        fs::write(&file, &whole).unwrap();
    }
    assert_eq!(faults(&path), Vec::<String>::new());
}

#[test]
fn missing_and_extra_files_are_named() {
    let (_folder, path) = written("evidence");
    fs::write(path.join("more.txt"), "x").unwrap();
    fs::remove_file(path.join("123456789012/iam/get-account-summary.xml")).unwrap();
    assert_eq!(faults(&path), ["missing 123456789012/iam/get-account-summary.xml", "extra more.txt"]);
    let error = read(&path, None).unwrap_err();
    assert!(error.message.contains("get-account-summary.xml is missing"), "{error}");
}

#[test]
fn an_altered_hash_is_the_manifest_s_fault_and_not_the_document_s() {
    let (_folder, path) = written("evidence");
    let file = path.join(name::MANIFEST);
    let text = fs::read_to_string(&file).unwrap();
    let hash = manifest::sha256(&[b"<a>1</a>\n"]);
    assert!(text.contains(&hash));
    fs::write(&file, text.replace(&hash, &"0".repeat(64))).unwrap();
    let verdict = verify(&path).unwrap();
    let [fault] = verdict.faults.as_slice() else { panic!("{:?}", verdict.faults) };
    assert_eq!((fault.name.as_str(), fault.kind), (name::MANIFEST, FaultKind::Altered));
    assert!(fault.detail.as_ref().unwrap().contains("get-account-summary.xml"), "{fault:?}");
    // A refusal that was taken out is no more to be seen in the entries, but the digest tells.
    let start = text.find("\"refusals\": [").unwrap();
    let end = text[start..].find("\n  ]").unwrap() + start;
    fs::write(&file, format!("{}\"refusals\": []{}", &text[..start], &text[end + 4..])).unwrap();
    assert_eq!(faults(&path), ["altered manifest.json"]);
}

#[test]
fn other_versions_and_other_files_are_told_apart() {
    let (_folder, path) = written("evidence");
    let file = path.join(name::MANIFEST);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("\"version\": 1", "\"version\": 3", 1)).unwrap();
    assert!(verify(&path).unwrap_err().message.contains("has version 3"));
    for (from, to) in [("secretrail evidence", "another"), ("{", ""), ("evidence", "\u{fffd}")] {
        let broken = text.replacen(from, to, 1).replace('\u{fffd}', "\0");
        fs::write(&file, broken).unwrap();
        assert_eq!(faults(&path), ["altered manifest.json"], "{from}");
        assert!(read(&path, None).unwrap_err().message.contains("manifest.json is altered"));
        // It may be another program's.
        assert!(Target::new(&path).unwrap_err().message.contains("not an evidence bundle"));
    }
    fs::remove_file(&file).unwrap();
    assert!(verify(&path).unwrap_err().message.contains("it is not an evidence bundle"));
    assert!(verify(&path.join("none")).unwrap_err().message.contains("there is no such file or folder"));
}

#[test]
fn a_made_up_manifest_tells_a_terminal_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evidence");
    let mut bundle = bundle();
    bundle.refusals[0].code = "\u{1b}[2J".into();
    // The hashes are right: whoever makes a bundle can make them.
    Target::new(&path).unwrap().write(&bundle).unwrap();
    assert_eq!(faults(&path), ["altered manifest.json"]);
    assert!(read(&path, None).is_err());
}

#[test]
fn a_cut_archive_is_an_error_and_no_panic() {
    let (folder, path) = written("evidence.tar.zst");
    let whole = fs::read(&path).unwrap();
    let cut = folder.path().join("cut.tar.zst");
    for length in 0..whole.len() {
        fs::write(&cut, &whole[..length]).unwrap();
        assert!(read(&cut, None).is_err(), "{length} of {} bytes", whole.len());
    }
    for at in 0..whole.len() {
        let mut other = whole.clone();
        other[at] ^= 0x10;
        fs::write(&cut, &other).unwrap();
        // Some bits of a zstd file say nothing of its content.
        if let Ok(found) = read(&cut, None) {
            assert_eq!(found, bundle(), "byte {at}");
        }
    }
    let mut more = whole.clone();
    more.extend(b"hidden");
    fs::write(&cut, &more).unwrap();
    let faults = verify(&cut).unwrap().faults;
    assert_eq!((faults[0].name.as_str(), faults[0].kind), ("cut.tar.zst", FaultKind::Extra));
    assert!(read(&cut, None).unwrap_err().message.contains("cut.tar.zst is extra"));
}

/// No byte of the tar is free: heads have sums, files hashes, and all else must be zero.
#[test]
fn what_stands_between_the_files_of_an_archive_is_named() {
    let (_folder, path) = written("evidence.tar.zst");
    let mut tar = Vec::new();
    let packed = fs::read(&path).unwrap();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed.as_slice()).unwrap();
    std::io::Read::read_to_end(&mut decoder, &mut tar).unwrap();
    let mut named = std::collections::BTreeSet::new();
    for at in (0..tar.len()).step_by(13) {
        let mut other = tar.clone();
        other[at] ^= 4;
        fs::write(&path, compress_to_vec(other.as_slice(), CompressionLevel::Fastest)).unwrap();
        match verify(&path) {
            Ok(verdict) => {
                assert!(!verdict.faults.is_empty(), "byte {at} of {}", tar.len());
                named.extend(verdict.faults.into_iter().map(|fault| fault.name));
            }
            Err(error) => assert!(error.message.contains("cannot be read"), "byte {at}: {error}"),
        }
        assert!(read(&path, None).is_err(), "byte {at}");
    }
    let own = bundle().documents.into_iter().map(|document| document.name);
    for name in own.chain(["evidence.tar.zst".to_owned(), name::MANIFEST.to_owned()]) {
        assert!(named.contains(&name), "{name} in {named:?}");
    }
}

#[test]
fn a_digest_that_was_kept_is_compared() {
    let (_folder, path) = written("evidence");
    let own = verify(&path).unwrap().digest;
    assert!(read(&path, Some(&own)).is_ok());
    let error = read(&path, Some(&"0".repeat(64))).unwrap_err();
    assert!(error.message.contains("its digest is not the one that was given"), "{error}");
    assert_eq!(digest(&format!(" {}\n", own.to_uppercase())).unwrap(), own);
    assert!(digest("5f2b").is_err());
}

/// A tar with one entry that our own writer would not make.
fn hostile(name: &[u8], kind: tar::EntryType, size: u64, bytes: &[u8]) -> Vec<u8> {
    let mut head = tar::Header::new_ustar();
    head.as_mut_bytes()[..name.len()].copy_from_slice(name);
    head.set_entry_type(kind);
    head.set_size(size);
    head.set_mode(0o644);
    head.set_cksum();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append(&head, bytes).unwrap();
    tar.append(&head, bytes).unwrap();
    tar.into_inner().unwrap()
}

#[test]
fn hostile_archives_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.tar.zst");
    let regular = tar::EntryType::Regular;
    for (tar, told) in [
        (hostile(b"../../etc/passwd", regular, 1, b"x"), "a name that no bundle has: ../../etc/passwd"),
        (hostile(b"/etc/passwd", regular, 1, b"x"), "a name that no bundle has: /etc/passwd"),
        (hostile(b"a\\..\\b", regular, 1, b"x"), "a name that no bundle has"),
        (hostile(b"a\x1b[2J", regular, 1, b"x"), "a␛[2J"),
        (hostile(b"link", tar::EntryType::Symlink, 0, b""), "link is no plain file"),
        (hostile(b"link", tar::EntryType::Link, 0, b""), "link is no plain file"),
        (hostile(b"fifo", tar::EntryType::Fifo, 0, b""), "fifo is no plain file"),
        (hostile(b"long", tar::EntryType::GNULongName, 1, b"x"), "long is no plain file"),
        (hostile(b"twice", regular, 1, b"x"), "it has twice twice"),
        (hostile(b"huge", regular, u64::MAX / 4, b"x"), "the evidence"),
        (hostile(b"short", regular, 5000, b"x"), "the evidence"),
    ] {
        fs::write(&path, compress_to_vec(tar.as_slice(), CompressionLevel::Fastest)).unwrap();
        let error = read(&path, None).unwrap_err();
        assert!(error.message.contains(told) && !error.message.contains('\x1b'), "{error}");
    }
    fs::write(&path, "no archive").unwrap();
    assert!(read(&path, None).unwrap_err().message.contains("it is no .tar.zst file, or it is broken"));
}

#[test]
fn a_bomb_is_stopped_at_the_size_of_a_document() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.tar.zst");
    let size = MOST_DOCUMENT + 1;
    let zeros = vec![0; usize::try_from(size).unwrap()];
    let packed = compress_to_vec(
        hostile(b"bomb", tar::EntryType::Regular, size, &zeros).as_slice(),
        CompressionLevel::Fastest,
    );
    assert!(packed.len() < 1024 * 1024);
    fs::write(&path, packed).unwrap();
    assert!(read(&path, None).unwrap_err().message.contains("bomb is too large: 64 MiB a file"));
}

#[cfg(unix)]
#[test]
fn links_in_a_folder_are_refused() {
    let (_folder, path) = written("evidence");
    std::os::unix::fs::symlink("/etc/passwd", path.join("link")).unwrap();
    assert!(verify(&path).unwrap_err().message.contains("link is a link or a device"));
}

#[test]
fn only_a_bundle_is_overwritten() {
    let (folder, path) = written("evidence");
    assert_eq!(Target::new(&path).unwrap().write(&bundle()).unwrap(), verify(&path).unwrap().digest);
    fs::write(path.join("notes.txt"), "mine").unwrap();
    let error = Target::new(&path).unwrap_err();
    assert!(error.message.contains("notes.txt is not part of the bundle"), "{error}");
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    Target::new(&other).unwrap();
    fs::write(other.join("notes.txt"), "mine").unwrap();
    assert!(Target::new(&other).unwrap_err().message.contains("not an evidence bundle"));
    assert_eq!(fs::read(other.join("notes.txt")).unwrap(), b"mine");
    let file = folder.path().join("file.tar.zst");
    fs::write(&file, "mine").unwrap();
    assert!(Target::new(&file).unwrap_err().message.contains("another file is there"));
    let (file, nowhere) = (folder.path().join("file.txt"), folder.path().join("none/evidence"));
    fs::write(&file, "mine").unwrap();
    assert!(Target::new(&file).unwrap_err().message.contains("not a folder"));
    assert!(Target::new(&nowhere).unwrap_err().message.contains("there is no folder"));
}

#[test]
fn a_document_never_leaves_the_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::new(&folder.path().join("evidence")).unwrap();
    for name in ["../out", "manifest.json", "123456789012/iam/get-account-summary.xml"] {
        let mut bundle = bundle();
        bundle.documents[0].name = name.into();
        assert!(target.write(&bundle).is_err(), "{name}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

/// The same of two accounts, one of which told nothing.
fn of_many() -> Bundle {
    let one = bundle();
    let member = |account: &str, caller: Option<&str>, refusals: Vec<Refusal>| Member {
        account: account.into(),
        name: Some("app".into()),
        partition: None,
        caller: caller.map(str::to_owned),
        refusals,
    };
    let denied = Refusal {
        call: call("AssumeRole", None),
        code: "AccessDenied".into(),
        permission: "sts:AssumeRole".into(),
        status: Some(403),
    };
    let members = vec![
        member("111122223333", None, vec![denied]),
        member("123456789012", Some("arn:aws:sts::123456789012:assumed-role/audit/x"), one.refusals.clone()),
    ];
    Bundle { members, refusals: Vec::new(), ..one }
}

#[test]
fn many_accounts_are_written_and_read_and_each_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evidence.tar.zst");
    Target::new(&path).unwrap().write(&of_many()).unwrap();
    let found = read(&path, None).unwrap();
    assert_eq!(found, of_many());
    let [silent, told] = found.members.as_slice() else { panic!() };
    assert_eq!((found.of(silent).documents.len(), found.of(silent).refusals.len()), (0, 1));
    let told = found.of(told);
    assert_eq!((told.documents.len(), &told.refusals), (4, &bundle().refusals));
    assert_eq!(told.manifest.account.as_deref(), Some("123456789012"));
    assert_eq!(found.all_refusals().count(), 2);
}

/// Whoever makes the chain anew can't make what we would not write.
#[test]
fn accounts_that_do_not_fit_are_an_altered_manifest() {
    let altered = |change: &dyn Fn(&mut Bundle)| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evidence");
        let mut bundle = of_many();
        change(&mut bundle);
        Target::new(&path).unwrap().write(&bundle).unwrap();
        faults(&path)
    };
    assert_eq!(altered(&|_| ()), Vec::<String>::new());
    for change in [
        (&|bundle: &mut Bundle| bundle.members.reverse()) as &dyn Fn(&mut Bundle),
        &|bundle| bundle.members[0].account = "../..".into(),
        &|bundle| bundle.members[0].account = "123456789012".into(),
        &|bundle| drop(bundle.members.pop()),
        &|bundle| bundle.members[0].name = Some("\u{1b}[2J".into()),
    ] {
        assert_eq!(altered(change), ["altered manifest.json"]);
    }
}
