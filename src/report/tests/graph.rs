//! The picture of sessions: who issued what to whom, in bounds, in the same places always, and only as text.

use insta::assert_snapshot;

use super::super::sample::{Ground, text};
use super::super::*;
use super::html::parsed;
use crate::secret::Secret;
use crate::secret::redact::Redactor;

/// A session of a role, or of what the ARN says.
fn session(id: &str, principal: &str) -> SessionRow {
    SessionRow {
        id: format!("s-{id}"),
        account: "123456789012".into(),
        principal: principal.into(),
        actor_kind: "unknown",
        actor_words: "unknown".into(),
        first: "2026-03-28T14:00:00Z".into(),
        last: "2026-03-28T14:05:00Z".into(),
        events: 3,
        ..SessionRow::default()
    }
}

fn role(id: &str, role: &str, name: &str) -> SessionRow {
    session(id, &format!("arn:aws:sts::123456789012:assumed-role/{role}/{name}"))
}

fn issued(mut session: SessionRow, by: &str, issuer: &str, name: &str) -> SessionRow {
    let known = (!issuer.is_empty()).then(|| format!("s-{issuer}"));
    session.issuer = Some(IssuerRow { session: known, name: name.into(), by: by.into() });
    session
}

fn agent(mut session: SessionRow) -> SessionRow {
    session.actor_kind = "agent";
    session.actor_name = "Claude Code".into();
    session.actor_words = "agent Claude Code (marked)".into();
    session
}

/// A person, her role, the agent's role, its secret; a user whose key ended, and root after it.
fn incident() -> Vec<SessionRow> {
    let mut reader = agent(issued(role("c", "agent-reader", "alice-01"), "AssumeRole", "b", "alice"));
    reader.secrets_read = vec!["/paperclip-app/anthropic/api-key".into()];
    let mut root = session("e", "arn:aws:iam::123456789012:root");
    root.root = Some("console".into());
    root.fallback = Some((
        "sid".into(),
        "arn:aws:iam::123456789012:user/terraform-deployer".into(),
        "on the same host".into(),
    ));
    root.fell_from = Some("s-d".into());
    vec![
        role("b", "AWSReservedSSO_Developer_0123456789abcdef", "alice@example.com"),
        reader,
        session("d", "arn:aws:iam::123456789012:user/terraform-deployer"),
        root,
    ]
}

fn page_of(sessions: Vec<SessionRow>, redactor: &Redactor) -> String {
    let ground = Ground::new();
    let mut report = ground.empty();
    report.redactor = redactor;
    report.trail = Some(TrailSection { sessions, ..TrailSection::default() });
    text(Format::Html, &report)
}

fn page(sessions: Vec<SessionRow>) -> String {
    page_of(sessions, &Redactor::default())
}

/// The picture alone, a line for each tag.
fn picture(page: &str) -> String {
    let (_, rest) = page.split_once("aria-label=\"Picture of sessions\"").expect("a picture");
    let (_, rest) = rest.split_once('>').expect("a tag");
    rest.split_once("</svg>")
        .expect("an end")
        .0
        .replace("></path>", "/>")
        .replace("></rect>", "/>")
        .replace("><", ">\n<")
}

#[test]
fn the_incident_is_drawn() {
    let page = page(incident());
    assert_snapshot!(picture(&page), @r##"
    <svg width="1010" height="168" viewBox="0 0 1010 168" role="group" aria-labelledby="h-graph" aria-describedby="graph-told">
    <g aria-hidden="true">
    <g class="edge fell">
    <path d="M210 45H214C233 45 233 45 252 45H260"/>
    <path class="head" d="M254 41L260 45L254 49"/>
    </g>
    <g class="edge issued">
    <path d="M210 123H214C233 123 233 123 252 123H260"/>
    <path class="head" d="M254 119L260 123L254 127"/>
    </g>
    <g class="edge issued">
    <path d="M458 123H462C481 123 481 123 500 123H508"/>
    <path class="head" d="M502 119L508 123L502 127"/>
    </g>
    <g class="edge read">
    <path d="M706 123H710C729 123 729 107 748 107H756"/>
    <path class="head" d="M750 103L756 107L750 111"/>
    </g>
    </g>
    <a href="#row-d" class="node own">
    <title>arn:aws:iam::123456789012:user/terraform-deployer, 3 events</title>
    <rect x="14" y="14" width="196" height="62" rx="6"/>
    <text class="name" x="26" y="34">terraform-deployer</text>
    <text x="26" y="50">IAM user</text>
    <text x="26" y="66">3 events</text>
    </a>
    <a href="#session-e" class="node own root">
    <title>arn:aws:iam::123456789012:root, root by console, 3 events, fell back silently</title>
    <rect x="262" y="14" width="196" height="62" rx="6"/>
    <text class="name" x="274" y="34">root</text>
    <text x="274" y="50">root by console</text>
    <text x="274" y="66">3 events</text>
    </a>
    <g class="node outside">
    <title>alice@example.com, person</title>
    <rect x="14" y="92" width="196" height="62" rx="31"/>
    <text class="name" x="36" y="112">alice@example.com</text>
    <text x="36" y="128">IAM Identity Center</text>
    <text x="36" y="144">person</text>
    </g>
    <a href="#row-b" class="node own">
    <title>arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/alice@example.com, 3 events</title>
    <rect x="262" y="92" width="196" height="62" rx="6"/>
    <text class="name" x="274" y="112">Developer (SSO)</text>
    <text x="274" y="128">alice@example.com</text>
    <text x="274" y="144">3 events</text>
    </a>
    <a href="#session-c" class="node own agent">
    <title>AssumeRole: arn:aws:sts::123456789012:assumed-role/agent-reader/alice-01, agent Claude Code, 3 events</title>
    <rect x="510" y="92" width="196" height="62" rx="6"/>
    <text class="name" x="522" y="112">agent-reader</text>
    <text x="522" y="128">alice-01</text>
    <text x="522" y="144">agent Claude Code, 3 events</text>
    </a>
    <g class="node secret">
    <title>secret /paperclip-app/anthropic/api-key</title>
    <rect x="758" y="92" width="238" height="30" rx="6"/>
    <text x="770" y="111">/paperclip-app/anthropic/api-key</text>
    </g>
    "##);
    let (_, words) = page.split_once("The same as text").unwrap();
    let words = words.split_once("</details>").unwrap().0.replace("<li>", "\n<li>");
    assert_snapshot!(words, @r##"
    </summary><ul class="tree">
    <li><a href="#row-d">terraform-deployer IAM user</a>: 3 events</li>
    <li><a href="#session-e">root root by console</a>: 3 events, <strong class="fell">fell back silently</strong> from <a href="#row-d">terraform-deployer IAM user</a></li>
    <li>alice@example.com IAM Identity Center: person<ul>
    <li><a href="#row-b">Developer (SSO) alice@example.com</a>: 3 events<ul>
    <li><span class="quiet">AssumeRole </span><a href="#session-c">agent-reader alice-01</a>: agent Claude Code, 3 events<ul>
    <li>read <code>/paperclip-app/anthropic/api-key</code></li></ul></li></ul></li></ul></li></ul>
    "##);
}

#[test]
fn each_box_of_a_session_leads_to_it_and_no_box_lies_on_another() {
    let page = page(incident());
    let parsed = parsed(&page);
    let links = picture(&page).matches("<a href=\"#").count();
    assert_eq!(links, 4, "the sessions; the person and the secret lead nowhere");
    let mut boxes: Vec<[i32; 4]> = Vec::new();
    for (_, attributes) in parsed.tags.iter().filter(|(name, _)| name == "rect") {
        let of = |key: &str| attributes.iter().find(|(name, _)| name == key).unwrap().1.parse().unwrap();
        boxes.push([of("x"), of("y"), of("width"), of("height")]);
    }
    assert_eq!(boxes.len(), 6);
    for (at, one) in boxes.iter().enumerate() {
        for other in &boxes[at + 1..] {
            let apart =
                |low: usize| one[low] + one[low + 2] <= other[low] || other[low] + other[low + 2] <= one[low];
            assert!(apart(0) || apart(1), "{one:?} {other:?}");
        }
    }
}

#[test]
fn sessions_that_differ_in_time_only_are_one_box() {
    let mut all = vec![session("a", "arn:aws:iam::123456789012:user/ci")];
    for number in 0..500 {
        let mut one = issued(
            role(&format!("{number:04}"), "deploy", &format!("job-{number}")),
            "AssumeRole",
            "a",
            "ci",
        );
        one.secrets_read = (0..70).map(|secret| format!("/app/{secret:02}")).collect();
        all.push(one);
    }
    let picture = picture(&page(all));
    assert!(
        picture.contains("500 sessions, 1500 events") && picture.contains("job-0 and 499 more"),
        "{picture}"
    );
    assert_eq!(picture.matches("<rect").count(), 2 + 6, "two boxes, five secrets, and how many more");
    assert!(picture.contains("and 65 more secrets"), "{picture}");
}

#[test]
fn of_too_many_those_of_note_are_drawn_and_the_rest_is_counted() {
    let mut all = Vec::new();
    for number in 0..300 {
        let user = session(&format!("u{number}"), &format!("arn:aws:iam::123456789012:user/u{number}"));
        let name = format!("r{number}");
        let mut one = issued(role(&name, &name, "x"), "AssumeRole", &format!("u{number}"), "u");
        if number == 299 {
            one = agent(one);
        }
        all.extend([user, one]);
    }
    let page = page(all.clone());
    let picture = picture(&page);
    assert!(picture.matches("<rect").count() <= 48);
    assert!(picture.contains(">r299<"), "the agent is drawn");
    assert!(page.contains("more sessions, in the tables"), "{picture}");
    all.reverse();
    assert!(self::page(all).contains(">r299<"));
}

#[test]
fn circles_and_lost_ends_do_not_matter() {
    let mut all = vec![
        issued(role("a", "a", "x"), "AssumeRole", "b", "b"),
        issued(role("b", "b", "x"), "AssumeRole", "a", "a"),
        issued(role("c", "c", "x"), "AssumeRole", "c", "itself"),
        issued(role("d", "d", "x"), "AssumeRole", "not-there", "arn:aws:iam::210987654321:user/eve"),
        issued(session("e", ""), "", "", ""),
    ];
    for one in &mut all {
        one.fell_from = Some("s-a".into());
        one.fallback = Some(Default::default());
    }
    for length in 0..40 {
        all.push(issued(
            role(&format!("l{length}"), &format!("l{length}"), "x"),
            "AssumeRole",
            &format!("l{}", length + 1),
            "n",
        ));
    }
    let page = page(all);
    parsed(&page);
    assert!(picture(&page).contains(">eve<"), "{page}");
}

#[test]
fn nothing_to_draw_is_said() {
    let page = page(vec![session("a", "arn:aws:iam::123456789012:user/alice")]);
    assert!(
        page.contains("No session in these logs issued credentials")
            && !page.contains("<figure class=\"graph\"")
    );
}

#[test]
fn names_in_the_picture_are_text_and_hide_what_is_secret() {
    let evil = "</title></script><img onerror=x>\"'\u{202e}\u{200b}\u{2066}&";
    let key = "sk-canary-0123456789abcdef0123456789";
    let mut one = issued(role("a", evil, evil), evil, "", evil);
    one.secrets_read = vec![format!("/app/{evil}"), format!("/app/{key}")];
    one.actor_kind = "agent";
    one.actor_name = evil.into();
    one.root = Some("console".into());
    let mut two = issued(role("b", key, key), key, "a", key);
    two.actor_name = key.into();
    let redactor = Redactor::new(vec![Secret::new(key)], Vec::new());
    let page = page_of(vec![one, two], &redactor);
    let taken = parsed(&page);
    assert!(!page.contains("canary"), "a value is in the page");
    for letter in ['\u{202e}', '\u{200b}', '\u{2066}'] {
        assert!(!page.contains(letter), "{letter:?}");
    }
    assert!(taken.words.contains("</title></script><img onerror=x>"), "it is text");
    assert_eq!(taken.tags.iter().filter(|(name, _)| name == "script").count(), 1);
}

#[test]
fn who_made_a_key_that_was_used_is_drawn_and_told() {
    let mut user = session("u", "arn:aws:iam::123456789012:user/backup");
    user.key_made_by = Some("s-m".into());
    // Quiet sessions both, but for the key; a third one has no part in it.
    let page =
        page(vec![role("m", "Admin", "mallory"), user, session("o", "arn:aws:iam::123456789012:user/other")]);
    let drawn = picture(&page);
    assert!(drawn.contains("class=\"edge made\"") && !drawn.contains("other"), "{drawn}");
    assert!(page.contains("created an access key for"), "the legend");
    assert!(page.contains(", with an access key that <a href=\"#row-m\">Admin mallory</a> created"), "{page}");
}
