//! Port forwards through Session Manager: how they are asked for, when they are tried again, and why they are given up.
//! Pure; `aws::forward` runs them.

use std::time::Duration;

use serde::Serialize;

/// The first wait after a loss.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Longer names and addresses are mistakes.
const MOST: usize = 253;

/// One `[[session.forward]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// What people call it.
    pub name: String,
    /// The instance: `i-0123456789abcdef0`, `mi-…`, or `ecs:…`.
    pub target: String,
    /// The port here.
    pub local_port: u16,
    /// The port there.
    pub remote_port: u16,
    /// The host behind the instance, where it is not the instance itself.
    pub host: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// The profile.
    pub profile: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Parameters<'f> {
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<[&'f str; 1]>,
    port_number: [String; 1],
    local_port_number: [String; 1],
}

impl Forward {
    /// What is wrong with it; it quotes nothing.
    pub fn mistake(&self) -> Option<&'static str> {
        let plain = |text: &str, marks: &str| {
            let fit = |c: char| c.is_ascii_alphanumeric() || marks.contains(c);
            !text.is_empty() && text.len() <= MOST && !text.starts_with('-') && text.chars().all(fit)
        };
        let is_wrong =
            |text: &Option<String>, marks: &str| text.as_ref().is_some_and(|text| !plain(text, marks));
        let target = ["i-", "mi-", "ecs:"].iter().any(|start| self.target.starts_with(start));
        match () {
            () if !plain(&self.name, "-_. ") => {
                Some("the name of a forward has letters, digits, - _ . and blanks")
            }
            () if !target || !plain(&self.target, "-_:") => Some(
                "the target of a forward is an instance: i-0123456789abcdef0, mi-… or ecs:CLUSTER_TASK_CONTAINER",
            ),
            () if self.local_port == 0 || self.remote_port == 0 => Some("a port is a number from 1 to 65535"),
            () if is_wrong(&self.host, ".-:_") => Some("the host of a forward is a name or an address"),
            () if is_wrong(&self.region, "-") => Some("write a Region as us-east-1"),
            () if self.profile.as_ref().is_some_and(|name| {
                name.is_empty() || name.starts_with('-') || name.contains(char::is_control)
            }) =>
            {
                Some("the profile of a forward is not a valid name")
            }
            () => None,
        }
    }

    /// The arguments of `aws`: a list, which no shell reads.
    pub fn arguments(&self) -> Vec<String> {
        let document = match self.host {
            Some(_) => "AWS-StartPortForwardingSessionToRemoteHost",
            None => "AWS-StartPortForwardingSession",
        };
        let parameters = Parameters {
            host: self.host.as_deref().map(|host| [host]),
            port_number: [self.remote_port.to_string()],
            local_port_number: [self.local_port.to_string()],
        };
        let parameters = serde_json::to_string(&parameters).unwrap_or_default();
        let mut all: Vec<String> = ["ssm", "start-session", "--target"].map(str::to_owned).into();
        all.push(self.target.clone());
        all.extend([
            "--document-name".to_owned(),
            document.to_owned(),
            "--parameters".to_owned(),
            parameters,
        ]);
        for (option, value) in [("--region", &self.region), ("--profile", &self.profile)] {
            if let Some(value) = value {
                all.extend([option.to_owned(), value.clone()]);
            }
        }
        all
    }

    /// `127.0.0.1:5432 to db.internal:5432 through i-…`.
    pub fn way(&self) -> String {
        let there = self.host.as_deref().unwrap_or(&self.target);
        let through = if self.host.is_some() { format!(" through {}", self.target) } else { String::new() };
        format!("127.0.0.1:{} to {there}:{}{through}", self.local_port, self.remote_port)
    }
}

/// How long to wait before try number `attempt`, from 1 on: doubled each time, and spread by lot over its upper half, so
/// that many machines do not come back in step.
pub fn wait(attempt: u32, lot: u64) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(10));
    let most = doubled.min(LONGEST_WAIT);
    let half = most / 2;
    let spread = u64::try_from(half.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
    half + Duration::from_millis(lot % spread)
}

/// Why a try failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In words; nothing of what the program wrote is in it but a code.
    pub text: String,
    /// Whether another try can't mend it.
    pub is_final: bool,
}

impl Reason {
    /// One that another try may mend.
    pub fn passing(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_final: false }
    }

    /// One that stays.
    pub fn lasting(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_final: true }
    }
}

/// Codes that no second try mends, and what to do.
const FINAL: &[(&str, &str)] = &[
    (
        "AccessDeniedException",
        "the caller may not: it needs ssm:StartSession on the instance and the document",
    ),
    ("AccessDenied", "the caller may not: it needs ssm:StartSession on the instance and the document"),
    ("ExpiredTokenException", "your session is over: sign in again"),
    ("ExpiredToken", "your session is over: sign in again"),
    ("UnrecognizedClientException", "AWS does not know the credential"),
    ("InvalidClientTokenId", "AWS does not know the credential"),
    ("InvalidTarget", "there is no such instance"),
    ("InvalidDocument", "there is no such document here"),
    ("ValidationException", "AWS rejects the settings of this forward"),
];

/// Phrases of the AWS CLI and its plugin, and what they mean.
const PHRASES: &[(&str, &str, bool)] = &[
    ("SessionManagerPlugin is not found", "the session-manager-plugin is not installed", true),
    ("Unable to locate credentials", "there are no AWS credentials", true),
    ("could not be found", "the profile is in neither file", true),
    ("You must specify a region", "no Region is set", true),
    ("Error loading SSO Token", "not signed in: run `aws sso login`", true),
    ("Token has expired", "your session is over: sign in again", true),
    ("address already in use", "another program has the port", true),
    ("Could not connect to the endpoint", "AWS cannot be reached", false),
    ("Connection to destination port failed", "the instance cannot reach the port", false),
];

/// What the program's last words mean. `code`: its exit code.
pub fn reason(words: &str, code: Option<i32>) -> Reason {
    if let Some((_, text, is_final)) = PHRASES.iter().find(|(phrase, ..)| words.contains(phrase)) {
        return Reason { text: (*text).to_owned(), is_final: *is_final };
    }
    if let Some(found) = aws_code(words) {
        return match FINAL.iter().find(|(known, _)| *known == found) {
            Some((code, text)) => Reason::lasting(format!("{text} ({code})")),
            None if found == "TargetNotConnected" => {
                Reason::passing("the instance is not connected to Session Manager (TargetNotConnected)")
            }
            None => Reason::passing(format!("AWS says {found}")),
        };
    }
    match code {
        Some(code) => Reason::passing(format!("the session ended with exit code {code}")),
        None => Reason::passing("the session was ended by a signal"),
    }
}

/// The code of `An error occurred (CODE) when calling the StartSession operation`.
fn aws_code(words: &str) -> Option<&str> {
    let (_, rest) = words.split_once("An error occurred (")?;
    let (code, _) = rest.split_once(')')?;
    let is_plain =
        code.len() <= 60 && !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plain.then_some(code)
}

/// What happens to a forward, for who watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A try begins.
    Trying(u32),
    /// The port answers.
    Up,
    /// It was up so long, and is lost.
    Lost(Duration, Reason),
    /// A try failed.
    Failed(Reason),
    /// The next try comes after this.
    Waiting(Duration),
    /// No more tries.
    GaveUp(Reason),
    /// It was told to end.
    Ended,
}

impl Event {
    /// The word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Trying(_) => "connecting",
            Self::Up => "up",
            Self::Lost(..) | Self::Failed(_) | Self::Waiting(_) => "waiting",
            Self::GaveUp(_) => "gave-up",
            Self::Ended => "ended",
        }
    }

    /// One sentence.
    pub fn told(&self) -> String {
        match self {
            Self::Trying(1) => "connecting".to_owned(),
            Self::Trying(attempt) => format!("connecting, try {attempt}"),
            Self::Up => "the port answers".to_owned(),
            Self::Lost(after, reason) => format!("lost after {} s: {}", after.as_secs(), reason.text),
            Self::Failed(reason) => reason.text.clone(),
            Self::Waiting(wait) => format!("next try in {:.1} s", wait.as_secs_f64()),
            Self::GaveUp(reason) => format!("given up: {}", reason.text),
            Self::Ended => "ended".to_owned(),
        }
    }

    /// Why it is not up.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Lost(_, reason) | Self::Failed(reason) | Self::GaveUp(reason) => Some(&reason.text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forward() -> Forward {
        Forward {
            name: "db".into(),
            target: "i-0123456789abcdef0".into(),
            local_port: 15432,
            remote_port: 5432,
            host: None,
            region: Some("eu-west-1".into()),
            profile: None,
        }
    }

    #[test]
    fn the_arguments_are_a_list() {
        assert_eq!(
            forward().arguments(),
            [
                "ssm",
                "start-session",
                "--target",
                "i-0123456789abcdef0",
                "--document-name",
                "AWS-StartPortForwardingSession",
                "--parameters",
                r#"{"portNumber":["5432"],"localPortNumber":["15432"]}"#,
                "--region",
                "eu-west-1",
            ]
        );
        let remote = Forward { host: Some("db.internal".into()), profile: Some("dev".into()), ..forward() };
        let all = remote.arguments().join(" ");
        assert!(all.contains("AWS-StartPortForwardingSessionToRemoteHost"), "{all}");
        assert!(
            all.contains(r#"{"host":["db.internal"],"portNumber""#) && all.ends_with("--profile dev"),
            "{all}"
        );
    }

    #[test]
    fn what_would_be_an_option_or_a_command_is_a_mistake() {
        assert_eq!(forward().mistake(), None);
        for wrong in [
            Forward { target: "--profile".into(), ..forward() },
            Forward { target: "i-1;reboot".into(), ..forward() },
            Forward { target: String::new(), ..forward() },
            Forward { host: Some("-x".into()), ..forward() },
            Forward { host: Some("a b".into()), ..forward() },
            Forward { profile: Some("--x".into()), ..forward() },
            Forward { region: Some("x/y".into()), ..forward() },
            Forward { local_port: 0, ..forward() },
            Forward { name: "\u{1b}[2J".into(), ..forward() },
        ] {
            assert!(wrong.mistake().is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn waits_grow_are_spread_and_end() {
        let bounds = |attempt| (wait(attempt, 0).as_millis(), wait(attempt, u64::MAX).as_millis());
        assert_eq!(wait(1, 0), Duration::from_millis(250));
        for attempt in 1..40 {
            let (least, most) = bounds(attempt);
            assert!(least * 2 >= most && most <= 30_000, "{attempt}: {least} to {most}");
            assert!(bounds(attempt + 1).0 >= least);
        }
        assert_eq!(wait(40, 0), Duration::from_secs(15));
    }

    #[test]
    fn last_words_are_understood_and_not_repeated() {
        let denied =
            "\nAn error occurred (AccessDeniedException) when calling the StartSession operation: canary";
        assert!(reason(denied, Some(254)).is_final);
        let away = reason("An error occurred (TargetNotConnected) when calling ...: canary", Some(254));
        assert!(!away.is_final && away.text.contains("not connected"));
        assert_eq!(
            reason("An error occurred (<canary>) when", Some(1)).text,
            "the session ended with exit code 1"
        );
        assert_eq!(reason("canary", None).text, "the session was ended by a signal");
        assert!(reason("SessionManagerPlugin is not found. Please refer to ...", Some(255)).is_final);
    }
}
