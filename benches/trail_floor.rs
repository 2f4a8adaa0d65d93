//! The floor under `secretrail trail`: what the same files cost where nobody looks for anything.
//!
//! `trail_floor inflate|scan|typed FOLDER` reads every gzip file of a folder, one after another on one core:
//! `inflate` only unpacks them, `scan` also finds where the fields of each event stand (secretrail's own scanner), and
//! `typed` reads each event into a struct of borrowed texts with serde_json. `benches/trail.py run` takes its time.

use std::borrow::Cow;
use std::path::PathBuf;
use std::{env, fs, process};

use libdeflater::Decompressor;
use secretrail::trail::inflate::told_size;
use secretrail::trail::split::{Splitter, Unit};
use serde::Deserialize;

#[derive(Deserialize)]
struct Log<'t> {
    #[serde(borrow, rename = "Records")]
    records: Vec<Event<'t>>,
}

/// The fields that sessions and rules need most.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'t> {
    #[serde(borrow)]
    event_time: Option<Cow<'t, str>>,
    #[serde(borrow)]
    event_source: Option<Cow<'t, str>>,
    #[serde(borrow)]
    event_name: Option<Cow<'t, str>>,
    #[serde(borrow)]
    aws_region: Option<Cow<'t, str>>,
    #[serde(borrow, rename = "sourceIPAddress")]
    source_ip: Option<Cow<'t, str>>,
    #[serde(borrow)]
    user_agent: Option<Cow<'t, str>>,
    #[serde(borrow)]
    error_code: Option<Cow<'t, str>>,
    #[serde(borrow, rename = "eventID")]
    event_id: Option<Cow<'t, str>>,
    #[serde(borrow)]
    event_type: Option<Cow<'t, str>>,
    #[serde(borrow)]
    recipient_account_id: Option<Cow<'t, str>>,
    #[serde(borrow)]
    user_identity: Option<Identity<'t>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'t> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'t, str>>,
    #[serde(borrow)]
    arn: Option<Cow<'t, str>>,
    #[serde(borrow)]
    access_key_id: Option<Cow<'t, str>>,
}

/// Every text has a length, so that no field is left unread.
fn weigh(event: &Event<'_>) -> usize {
    let identity = event.user_identity.as_ref();
    let of_identity = identity.map(|one| [&one.kind, &one.arn, &one.access_key_id]);
    let own = [
        &event.event_time,
        &event.event_source,
        &event.event_name,
        &event.aws_region,
        &event.source_ip,
        &event.user_agent,
        &event.error_code,
        &event.event_id,
        &event.event_type,
        &event.recipient_account_id,
    ];
    own.into_iter().chain(of_identity.into_iter().flatten()).flatten().map(|text| text.len()).sum()
}

fn main() {
    // cargo adds `--bench`.
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [mode, folder] = arguments.as_slice() else {
        eprintln!("usage: trail_floor inflate|scan|typed FOLDER");
        process::exit(2);
    };
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "gz"))
        .collect();
    files.sort();
    let (mut unpacker, mut text) = (Decompressor::new(), Vec::new());
    let (mut bytes, mut events, mut weight) = (0, 0, 0);
    for file in files {
        let packed = fs::read(file).expect("the file can be read");
        text.resize(told_size(&packed), 0);
        bytes += unpacker.gzip_decompress(&packed, &mut text).expect("it is gzip");
        match mode.as_str() {
            "inflate" => {}
            "scan" => {
                let mut unit = Unit::default();
                Splitter::default().split(&text, true, &mut unit);
                events += unit.events.len();
            }
            _ => {
                let log: Log<'_> = serde_json::from_slice(&text).expect("it is a log");
                events += log.records.len();
                weight += log.records.iter().map(weigh).sum::<usize>();
            }
        }
    }
    println!("{mode}: {bytes} bytes, {events} events, {weight} bytes of fields");
}
