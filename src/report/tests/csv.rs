//! A table for spreadsheets: one row a finding, with whose it is and since when.

use super::super::sample::{Ground, text};
use super::super::*;
use super::hostile::hostile_report;
use crate::finding::{EventFacts, Severity, Surface};

#[test]
fn a_row_tells_whose_a_finding_is_and_whether_it_is_new() {
    let ground = Ground::new();
    let mut report = ground.report();
    let mut of_trail = ground.finding();
    of_trail.surface = Surface::Trail;
    of_trail.severity = Severity::Low;
    of_trail.rule = "agent-as-root".into();
    of_trail.at.name = "event".into();
    of_trail.message = "an agent, \"as root\"".into();
    of_trail.fingerprint = "1".repeat(32);
    of_trail.events = Some(EventFacts {
        count: 9,
        first: "2026-03-28T14:00:00Z".into(),
        last: "2026-03-28T14:05:00Z".into(),
        calls: Vec::new(),
        session: Some("s-1".into()),
        hours: Default::default(),
    });
    report.findings.push(of_trail);
    let session = SessionRow {
        id: "s-1".into(),
        account: "123456789012".into(),
        regions: vec!["us-east-1".into()],
        ..SessionRow::default()
    };
    report.trail = Some(TrailSection { sessions: vec![session], ..TrailSection::default() });
    report.gate.surfaces = vec![Surface::Terraform, Surface::Trail];
    report.gate.history = Some(Changes { new: vec!["1".repeat(32)], known: 1, ..Changes::default() });
    let rows = [
        "surface,rule,severity,confidence,status,account,region,file,line,resource,message,count,first,last,session,fingerprint",
        "terraform,secret-written-to-disk,critical,high,open,,,scripts/user_data.sh,3,aws_instance.web,\
         ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk,,,,,0123456789abcdef0123456789abcdef",
        "trail,agent-as-root,low,high,new,123456789012,us-east-1,scripts/user_data.sh,,event,\
         \"an agent, \"\"as root\"\"\",9,2026-03-28T14:00:00Z,2026-03-28T14:05:00Z,s-1,11111111111111111111111111111111",
        "",
    ];
    assert_eq!(text(Format::Csv, &report), rows.join("\r\n"));
    report.gate.history = None;
    assert!(text(Format::Csv, &report).contains(",critical,high,,,"), "without a history nobody knows");
    report.gate.surfaces.clear();
    assert!(text(Format::Csv, &report).starts_with("session,account,"), "`trail` tells sessions");
}

#[test]
fn hostile_names_stay_in_their_cells() {
    let ground = Ground::new();
    let mut report = hostile_report(&ground);
    report.findings[0].message = "=cmd|' /C calc'!A0".into();
    let told = text(Format::Csv, &report);
    assert_eq!(told.matches("\r\n").count(), 2, "{told:?}");
    assert!(told.contains(",'=cmd|' /C calc'!A0,"), "{told}");
}
