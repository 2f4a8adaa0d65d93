//! Evidence that lacks something, or contradicts itself: a gap that makes the audit partial, never a silent pass.

use super::rig::{Audited, ROOT, Row, State, audit, principal};
use secretrail::account::Thresholds;
use secretrail::evidence::Bundle;

const DETAILS: &str = "GetAccountAuthorizationDetails";
const DEVICES: &str = "ListVirtualMFADevices";

fn of(bundle: &Bundle) -> Audited {
    audit(bundle, &Thresholds::default())
}

/// The reasons of gaps that could hide a finding.
fn hidden(audited: &Audited) -> String {
    let hides = audited.gaps.iter().filter(|gap| gap.hides_findings);
    hides.map(|gap| gap.reason.as_str()).collect::<Vec<_>>().join(" | ")
}

/// The good account with the text of one answer replaced.
fn with(action: &str, text: &str) -> Bundle {
    let mut bundle = State::good().bundle();
    for document in bundle.documents.iter_mut().filter(|document| document.call.action == action) {
        document.bytes = text.into();
    }
    bundle
}

/// Its report with these lines for root and others.
fn report(change: impl Fn(&str) -> String) -> Audited {
    let mut bundle = State::good().bundle();
    for document in
        bundle.documents.iter_mut().filter(|document| document.call.action == "GetCredentialReport")
    {
        document.bytes = change(std::str::from_utf8(&document.bytes).unwrap()).into_bytes();
    }
    of(&bundle)
}

#[test]
fn nothing_is_lacking_where_all_is_well() {
    assert_eq!(hidden(&of(&State::good().bundle())), "");
}

#[test]
fn pages_that_are_missing() {
    // Page by page: its number, and whether it says that others follow.
    let pages = |action: &str, pages: &[(u32, bool)]| {
        let mut bundle = State::good().bundle();
        let at = bundle.documents.iter().position(|one| one.call.action == action).unwrap();
        let first = bundle.documents.remove(at);
        for (page, more) in pages {
            let mut document = first.clone();
            document.name = first.name.replace(".1.xml", &format!(".{page}.xml"));
            document.call.page = Some(*page);
            let result = format!("<{action}Result>");
            let text = String::from_utf8(first.bytes.clone())
                .unwrap()
                .replace("<IsTruncated>false</IsTruncated>", "");
            document.bytes =
                text.replace(&result, &format!("{result}<IsTruncated>{more}</IsTruncated>")).into_bytes();
            bundle.documents.push(document);
        }
        hidden(&of(&bundle))
    };
    for action in [DETAILS, DEVICES] {
        assert_eq!(pages(action, &[(1, true), (2, true), (3, false)]), "");
        for wrong in [
            vec![(1, true)],
            vec![(1, true), (3, false)],
            vec![(2, false)],
            vec![(1, true), (2, false), (4, false)],
            vec![(1, false), (2, false)],
            vec![(1, true), (1, false)],
        ] {
            let told = pages(action, &wrong);
            assert!(told.contains(&format!("lacks pages of iam:{action}")), "{wrong:?}: {told}");
        }
    }
}

#[test]
fn virtual_devices_that_are_not_told() {
    let told = |inside: &str| {
        let text =
            format!("<R><{DEVICES}Result><IsTruncated>false</IsTruncated>{inside}</{DEVICES}Result></R>");
        of(&with(DEVICES, &text))
    };
    let list = |devices: &str| told(&format!("<VirtualMFADevices>{devices}</VirtualMFADevices>"));
    let nothing = told("");
    assert!(hidden(&nothing).contains("it holds no VirtualMFADevices"), "{}", hidden(&nothing));
    assert_eq!(nothing.account.root.device_word(), "unknown");
    assert_eq!(hidden(&list("")), "");
    let spare = "<member><SerialNumber>arn:aws:iam::123456789012:mfa/spare</SerialNumber></member>";
    assert_eq!(hidden(&list(spare)), "");
    let in_use = spare.replace("</member>", "<EnableDate>2026-01-01T00:00:00Z</EnableDate></member>");
    let audited = list(&in_use);
    assert!(hidden(&audited).contains("does not say by whom"), "{}", hidden(&audited));
    assert_eq!(audited.account.root.device_word(), "unknown");
    let of_root = format!("<member><User><Arn>{ROOT}</Arn></User></member>");
    assert!(list(&format!("{in_use}{of_root}")).has("root-mfa-is-virtual"));
    let mut bundle = State::good().bundle();
    bundle.documents.retain(|document| document.call.action != DEVICES);
    assert!(hidden(&of(&bundle)).contains("has no response to iam:ListVirtualMFADevices"));
}

#[test]
fn a_report_without_its_time_or_of_the_future() {
    let made = |made: Option<&str>| {
        let mut bundle = State::good().bundle();
        for document in bundle.documents.iter_mut().filter(|one| one.generated.is_some()) {
            document.generated = made.map(|made| made.parse().unwrap());
        }
        hidden(&of(&bundle))
    };
    assert!(made(None).contains("does not say when the credential report was generated"));
    assert!(made(Some("2027-11-25T23:00:00Z")).contains("made after it was collected"));
    // Clocks differ.
    assert_eq!(made(Some("2026-11-26T00:05:00Z")), "");
}

#[test]
fn dates_that_are_still_to_come() {
    let row = Row::user("ci")
        .with(&[("access_key_1_active", "true"), ("access_key_1_last_rotated", "2030-01-01T00:00:00+00:00")]);
    let mut state = State::good();
    state.add_user(&row, &[], "", "");
    let told = hidden(&state.audit());
    assert!(told.contains("dates after the evidence was collected, for ci:"), "{told}");
    let audited = report(|text| text.replace("2026-01-03", "2030-01-03"));
    assert!(hidden(&audited).contains("for root:"));
    let mut bundle = State::good().bundle();
    bundle.manifest.collected_at = "1990-01-01T00:00:00Z".parse().unwrap();
    assert!(hidden(&of(&bundle)).contains("dates after"));
}

#[test]
fn details_that_have_not_the_users_of_the_report() {
    let mut state = State::good();
    state.rows.push(Row::user("alice").line());
    let told = hidden(&state.audit());
    assert!(told.contains("1 of the 1 users of the credential report are not in the answer"), "{told}");
    // The live summary counts as many as are told: she was removed since.
    state.set("Users", 0);
    assert_eq!(hidden(&state.audit()), "");
    state.set("Users", 1);
    assert!(hidden(&state.audit()).contains("are not in the answer"));
    state.users.push(principal("User", "alice", &[], "", ""));
    assert_eq!(hidden(&state.audit()), "");
    let empty = format!("<R><{DETAILS}Result/></R>");
    assert!(hidden(&of(&with(DETAILS, &empty))).contains("there is nothing in it"));
}

#[test]
fn evidence_of_something_else() {
    for surfaces in [vec![], vec!["trail".to_owned()]] {
        let mut bundle = State::good().bundle();
        bundle.manifest.surfaces = surfaces;
        let told = hidden(&of(&bundle));
        assert!(told.contains("does not say that this evidence was collected for an account"), "{told}");
    }
}

#[test]
fn columns_and_rows_that_are_there_twice() {
    let doubled = |column: &str| {
        report(|text| {
            let mut lines = text.lines();
            let header = lines.next().unwrap();
            let rest: String = lines.map(|line| format!("{line},false\n")).collect();
            format!("{header},{column}\n{rest}")
        })
    };
    let audited = doubled("access_key_1_active");
    assert!(hidden(&audited).contains("this column twice"), "{}", hidden(&audited));
    assert!(hidden(&doubled("arn")).contains("two columns arn"));
    let audited = report(|text| {
        let root = text.lines().nth(1).unwrap();
        format!("{text}{}\n", root.replace("2026-01-03", "2026-11-25"))
    });
    assert!(hidden(&audited).contains("more than one row for root"), "{}", hidden(&audited));
    let mut state = State::good();
    state.add_user(&Row::user("alice"), &[], "", "");
    state.rows.push(Row::user("alice").line());
    assert!(hidden(&state.audit()).contains("more than one row for alice"));
}

/// The report is hours old: who has root's credentials now is root, whatever it said then.
#[test]
fn root_is_not_explained_away_by_a_report() {
    let mut state = State::good();
    state.caller = ROOT.into();
    state.user_id = "123456789012".into();
    state.rows = vec![Row::root().with(&[("password_enabled", "false"), ("mfa_active", "false")]).line()];
    state.refused = vec![("GetAccountSummary", "AccessDenied")];
    assert!(state.audit().has("caller-is-root"));
    // Live, nobody has root's credentials: it is a session that the organisation gave.
    let mut state = State::good();
    state.caller = ROOT.into();
    state.user_id = "123456789012".into();
    state.set("AccountPasswordPresent", 0);
    assert!(!state.audit().has("caller-is-root") && state.audit().has("caller-is-root-session"));
}

#[test]
fn a_session_is_of_identity_center_by_its_roles_path() {
    let mut state = State::good();
    state.caller = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Fake/me".into();
    assert_eq!(state.audit().account.caller.get().unwrap().kind.word(), "identity-center");
    state.roles = vec![principal("Role", "AWSReservedSSO_Fake", &[], "", "")];
    assert_eq!(state.audit().account.caller.get().unwrap().kind.word(), "role");
}
