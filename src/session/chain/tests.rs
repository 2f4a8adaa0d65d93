//! A table of set-ups: who is taken, and who would be.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::key_id::{HOLDS, LETTERS};
use super::sign_in::{file_names, session_file};
use super::{Chain, Ec2, File, Setup, SignIn, evaluate, told};
use crate::session::Level;
use crate::session::caller::Caller;

const HOME: u64 = 123_456_789_012;
const OTHER: u64 = 210_987_654_321;
/// Stands where a secret would: no sentence may hold it.
const CANARY: &str = "canary-wJalrXUtnFEMI";
const ROOT_LOGIN: &str = "[default]\nlogin_session = arn:aws:iam::123456789012:root\n";
const SSO: &str = "sso_session = work\nsso_account_id = 123456789012\nsso_role_name = Developer\n[sso-session work]\nsso_region = us-east-1\nsso_start_url = https://example.awsapps.com/start\n";

/// An id that holds an account, for tests.
pub(super) fn id_of(prefix: &str, account: u64) -> String {
    // The first bit is set in all keys since 2019.
    let bits = ((account << 7) | (1 << 47)) << 2;
    let letter =
        |at: usize| char::from(LETTERS[usize::try_from((bits >> (5 * (HOLDS - 1 - at))) & 31).unwrap()]);
    let held: String = (0..HOLDS).map(letter).collect();
    format!("{prefix}{held}EXAMPL")
}

fn now() -> Timestamp {
    "2026-11-26T10:00:00Z".parse().unwrap()
}

/// A set-up, piece by piece.
#[derive(Default)]
struct Made(Setup);

fn made() -> Made {
    Made(Setup { ec2: Ec2::No, ..Setup::default() })
}

impl Made {
    fn variable(mut self, name: &str, value: &str) -> Self {
        self.0.variables.push((name.into(), Zeroizing::new(value.into())));
        self
    }

    /// A key in the environment.
    fn key(self, account: u64) -> Self {
        self.variable("AWS_ACCESS_KEY_ID", &id_of("AKIA", account)).variable("AWS_SECRET_ACCESS_KEY", CANARY)
    }

    fn config(mut self, text: &str) -> Self {
        self.0.config = File::Read(Zeroizing::new(text.into()));
        self
    }

    fn credentials(mut self, text: &str) -> Self {
        self.0.credentials = File::Read(Zeroizing::new(text.into()));
        self
    }

    /// `[default]` with a key, in `~/.aws/credentials`.
    fn default_key(self, account: u64) -> Self {
        let text = key_lines("default", account);
        self.credentials(&text)
    }

    fn profile(mut self, name: &str) -> Self {
        self.0.profile = Some(name.into());
        self
    }

    fn signed_in(mut self, session: &str, until: &str, more: &str) -> Self {
        let text = format!("{{\"accessToken\": \"{CANARY}\", \"expiresAt\": \"{until}\"{more}}}");
        self.0.sso.push(SignIn { name: file_names(session).0, text: Zeroizing::new(text) });
        self
    }

    fn logged_in(mut self, session: &str, until: &str, more: &str) -> Self {
        let text = format!(
            "{{\"accessToken\": {{\"accessKeyId\": \"ASIAIOSFODNN7EXAMPLE\", \"secretAccessKey\": \"{CANARY}\", \"sessionToken\": \"{CANARY}\", \"expiresAt\": \"{until}\"}}{more}}}"
        );
        self.0.login.push(SignIn { name: file_names(session).1, text: Zeroizing::new(text) });
        self
    }

    /// What the AWS CLI keeps of a role's session.
    fn kept(mut self, session: &str, role: &str, until: &str) -> Self {
        let text = format!(
            "{{\"Credentials\": {{\"AccessKeyId\": \"ASIAIOSFODNN7EXAMPLE\", \"SecretAccessKey\": \"{CANARY}\", \"SessionToken\": \"{CANARY}\", \"Expiration\": \"{until}\"}}}}"
        );
        let name = session_file(session, "123456789012", role);
        self.0.cli.push(SignIn { name, text: Zeroizing::new(text) });
        self
    }

    fn on_ec2(mut self) -> Self {
        self.0.ec2 = Ec2::Yes;
        self
    }

    /// What is said, each line with its level; nothing secret is in it.
    fn told(&self) -> Vec<String> {
        let (chain, lines) = self.lines();
        let all = format!("{chain:?}");
        let mut told = Vec::new();
        for line in lines {
            told.push(format!("{}: {}", line.level.word(), line.text));
            told.extend(line.more.iter().map(|more| format!("  {more}")));
        }
        for text in told.iter().chain([&all]) {
            assert!(!text.contains("canary"), "{text}");
        }
        told
    }

    fn lines(&self) -> (Chain, Vec<crate::session::Line>) {
        let chain = evaluate(&self.0, now());
        let caller = Caller { account: Some(HOME.to_string()), ..Caller::default() };
        let lines = told::lines(&chain, Some(&caller), now());
        (chain, lines)
    }

    /// The origins, in order.
    fn order(&self) -> String {
        let words: Vec<&str> = evaluate(&self.0, now()).rungs.iter().map(|rung| rung.origin.word()).collect();
        words.join(" > ")
    }
}

fn key_lines(profile: &str, account: u64) -> String {
    format!("[{profile}]\naws_access_key_id = {}\naws_secret_access_key = {CANARY}\n", id_of("AKIA", account))
}

/// Incident 2: the key that the CLI used was deleted, and behind it stood a sign-in of root's.
#[test]
fn delete_this_key_and_you_become_root() {
    let root = "arn:aws:iam::123456789012:root";
    let made = made().default_key(HOME).config(ROOT_LOGIN).logged_in(root, "2026-11-26T18:00:00Z", "");
    assert_eq!(
        made.told(),
        [
            "ok: the credential comes from profile default (credentials file, key …AMPL)",
            "warning: delete this key and you become ROOT of 123456789012 through profile default (aws login): signed in until 18:00 UTC",
        ]
    );
}

/// The hash that botocore makes of the same role: `SSOCredentialFetcher._create_cache_key`.
#[test]
fn a_kept_session_is_found_under_the_name_that_the_cli_gives_it() {
    assert_eq!(session_file("work", "123456789012", "Developer"), "8414f370e3c8532de845f31662fc464ab3790a0f");
}

#[test]
fn each_place_comes_in_the_order_of_the_cli() {
    let everything = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = /t\nlogin_session = arn:aws:iam::123456789012:user/u\ncredential_process = /opt/bin/minter --token x\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = x\n";
    let made = made()
        .key(HOME)
        .config(&format!("{everything}{SSO}"))
        .default_key(HOME)
        .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/")
        .on_ec2();
    assert_eq!(
        made.order(),
        "environment > web-identity > sso > credentials-file > login > credential-process > config-file > container > instance"
    );
}

#[test]
fn a_named_profile_silences_the_environment_and_a_variable_does_not() {
    let with = |made: Made| made.key(HOME).credentials(&key_lines("dev", OTHER));
    assert_eq!(with(made().profile("dev")).order(), "credentials-file");
    assert_eq!(with(made().variable("AWS_PROFILE", "dev")).order(), "environment > credentials-file");
    let told = with(made().variable("AWS_PROFILE", "dev")).told();
    assert!(told.iter().any(|line| line.contains("SDK for JavaScript takes the profile")), "{told:?}");
    assert!(
        told.iter()
            .any(|line| line.starts_with("warning: unset this key and you become someone in 210987654321")),
        "{told:?}"
    );
}

/// Set-ups, and all that is said of them.
#[test]
fn a_table_of_setups() {
    let sso = |lines: &str| format!("[default]\n{lines}{SSO}");
    let table: Vec<(&str, Made, Vec<&str>)> = vec![
        ("nothing", made(), vec!["note: no credential is set up: neither variables nor profiles hold one"]),
        (
            "a key, and nothing behind it",
            made().key(HOME),
            vec![
                "ok: the credential comes from the environment (AWS_ACCESS_KEY_ID, key …AMPL)",
                "ok: unset this key and there is no other: AWS tools stop",
            ],
        ),
        (
            "a key, and a role of the same account behind it",
            made().key(HOME).config(&sso("")).signed_in("work", "2026-11-26T11:00:00Z", ""),
            vec![
                "ok: the credential comes from the environment (AWS_ACCESS_KEY_ID, key …AMPL)",
                "note: unset this key and you become role Developer of 123456789012 through profile default (sso work): signed in until 11:00 UTC",
            ],
        ),
        (
            "the sign-in behind it is over",
            made().key(HOME).config(&sso("")).signed_in("work", "2026-11-26T09:00:00UTC", ""),
            vec![
                "ok: the credential comes from the environment (AWS_ACCESS_KEY_ID, key …AMPL)",
                "note: unset this key and you become role Developer of 123456789012 through profile default (sso work): the sign-in ended 1 h 0 min ago: as soon as someone signs in again",
            ],
        ),
        (
            "the sign-in is over, and the CLI kept a session of the role",
            made().config(&sso("")).signed_in("work", "2026-11-26T09:00:00Z", "").kept("work", "Developer", "2026-11-26T10:30:00Z"),
            vec![
                "ok: the credential comes from profile default (sso work): signed in until 10:30 UTC",
                "ok: remove this sign-in from the profile and there is no other: AWS tools stop",
            ],
        ),
        (
            "it renews itself",
            made().config(&sso("")).signed_in(
                "work",
                "2026-11-26T09:00:00Z",
                ", \"refreshToken\": \"canary\", \"registrationExpiresAt\": \"2026-12-26T09:00:00Z\"",
            ),
            vec![
                "ok: the credential comes from profile default (sso work): it renews itself",
                "ok: remove this sign-in from the profile and there is no other: AWS tools stop",
            ],
        ),
        (
            "an administrator in another account",
            made().default_key(HOME).config(
                "[default]\nsso_account_id = 210987654321\nsso_role_name = AWSAdministratorAccess\nsso_start_url = https://e\nsso_region = r\n",
            ),
            // Keys in the credentials file come after IAM Identity Center of the same profile.
            vec![
                "warning: the credential comes from profile default (sso): as soon as someone signs in",
                "note: remove this sign-in from the profile and you become someone in 123456789012 through profile default (credentials file, key …AMPL)",
            ],
        ),
        (
            "a session that ended",
            made().key(HOME).variable("AWS_SESSION_TOKEN", CANARY).variable("AWS_CREDENTIAL_EXPIRATION", "2026-11-26T09:30:00+00:00"),
            vec![
                "warning: the credential comes from the environment (AWS_ACCESS_KEY_ID, key …AMPL): it ended 30 min ago",
                "ok: unset this key and there is no other: AWS tools stop",
            ],
        ),
        (
            "half a key",
            made().variable("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").default_key(HOME),
            vec!["problem: AWS tools stop: AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY"],
        ),
        (
            "a profile that is nowhere",
            made().variable("AWS_PROFILE", "gone").key(HOME),
            vec![
                "problem: AWS tools stop: AWS_PROFILE names the profile gone, which is in neither file",
                "note: AWS_PROFILE and AWS_ACCESS_KEY_ID are both set: the AWS CLI, boto3 and Terraform take the key, the SDK for JavaScript takes the profile",
            ],
        ),
        (
            "a profile by a variable, and root without it",
            made().variable("AWS_PROFILE", "dev").credentials(&key_lines("dev", HOME)).config(ROOT_LOGIN),
            vec![
                "ok: the credential comes from profile dev (credentials file, key …AMPL), which AWS_PROFILE names",
                "ok: delete this key and there is no other: AWS tools stop",
                "warning: a shell without AWS_PROFILE and keys becomes ROOT of 123456789012 through profile default (aws login): as soon as someone signs in",
            ],
        ),
        (
            "an instance",
            made().key(HOME).on_ec2(),
            vec![
                "ok: the credential comes from the environment (AWS_ACCESS_KEY_ID, key …AMPL)",
                "note: unset this key and AWS tools take the role of this machine, if it is an EC2 instance and has one",
            ],
        ),
        (
            "an instance whose metadata are switched off",
            made().key(HOME).variable("AWS_EC2_METADATA_DISABLED", "TRUE").on_ec2(),
            vec![
                "ok: the credential comes from the environment (AWS_ACCESS_KEY_ID, key …AMPL)",
                "ok: unset this key and there is no other: AWS tools stop",
            ],
        ),
        (
            "a program",
            made().config("[default]\ncredential_process = \"/opt/my bin/minter\" --secret canary\n"),
            vec![
                "ok: the credential comes from profile default (credential_process minter)",
                "ok: remove this source and there is no other: AWS tools stop",
            ],
        ),
        (
            "a file that the CLI refuses",
            made().config("[default]\nregion = a\nregion = b\n"),
            vec![
                "note: no credential is set up: neither variables nor profiles hold one",
                "unknown: config:3: this setting is twice in its section: the AWS CLI rejects the whole file, other tools continue",
            ],
        ),
    ];
    for (name, made, told) in table {
        assert_eq!(made.told(), told, "{name}");
    }
}

#[test]
fn roles_stand_and_fall_with_what_assumes_them() {
    let role = "[profile app]\nrole_arn = arn:aws:iam::123456789012:role/team/app\n";
    let table: Vec<(&str, Made, Vec<&str>)> = vec![
        (
            "with keys of another profile",
            made().profile("app").config(&format!("{role}source_profile = default\n")).default_key(HOME),
            vec![
                "ok: the credential comes from profile app (a role that is assumed with profile default), which --profile names",
                "ok: delete this key and AWS tools stop: profile default, which assumes the role, has no credential",
                "note: a shell without --profile and keys becomes someone in 123456789012 through profile default (credentials file, key …AMPL)",
            ],
        ),
        (
            "with keys, behind which stands root",
            made().profile("app").config(&format!("{ROOT_LOGIN}{role}source_profile = default\n")).default_key(HOME),
            vec![
                "ok: the credential comes from profile app (a role that is assumed with profile default), which --profile names",
                "note: delete this key and you become role app of 123456789012 through profile app (a role that is assumed with profile default): as soon as someone signs in",
                "  after that AWS tools stop: profile default, which assumes the role, has no credential",
                "note: a shell without --profile and keys becomes someone in 123456789012 through profile default (credentials file, key …AMPL)",
            ],
        ),
        (
            "in a circle",
            made().profile("app").config(&format!("{role}source_profile = b\n[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = app\n")),
            vec!["problem: AWS tools stop: the source_profile of profile b is circular"],
        ),
        (
            "with keys of its own",
            made().profile("app").config(&format!(
                "{role}source_profile = app\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {CANARY}\n"
            )),
            vec![
                "ok: the credential comes from profile app (a role that is assumed with profile app), which --profile names",
                "ok: delete this key and AWS tools stop: the source_profile of profile app is circular",
            ],
        ),
        (
            "with nothing",
            made().profile("app").config(role),
            vec!["problem: AWS tools stop: profile app assumes a role, and does not say with what"],
        ),
        (
            "with a source that is nowhere",
            made().profile("app").config(&format!("{role}source_profile = \u{1b}[2Jx\n")),
            vec!["problem: AWS tools stop: profile app assumes its role with profile ␛[2Jx, which is in neither file"],
        ),
        (
            "with the container's",
            made().profile("app").config(&format!("{role}credential_source = EcsContainer\n")).variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"),
            vec![
                "ok: the credential comes from profile app (a role that is assumed with the container), which --profile names",
                "ok: remove this source and AWS tools stop: profile app assumes its role with the EcsContainer, which has nothing",
                "note: a shell without --profile and keys becomes the container's role through the container (AWS_CONTAINER_CREDENTIALS_…)",
            ],
        ),
    ];
    for (name, made, told) in table {
        assert_eq!(made.told(), told, "{name}");
    }
}

#[test]
fn hostile_files_neither_stop_nor_steer_it() {
    let long = format!("[default]\n{}", "role_arn = x\n".repeat(20_000));
    let ring: String =
        (0..200).map(|at| format!("[profile p{at}]\nrole_arn = a\nsource_profile = p{}\n", at + 1)).collect();
    let many: String = (0..200_000).map(|at| format!("[{at}]\nk{at}=v\n")).collect();
    let wide: String = (0..200_000).map(|at| format!("k{at}=v\n")).collect();
    let wide = format!("[default]\n{wide}");
    let deep = "[".repeat(100_000);
    for text in [
        long.as_str(),
        &ring,
        &many,
        &wide,
        &deep,
        "[default]\nsso_account_id\n=\n",
        "\u{0}[x",
        "[profile \"\"]\n= =\n",
    ] {
        let made = made().profile("p0").config(text).credentials(text).signed_in("x", "never", "");
        let (_, lines) = made.lines();
        assert!(lines.iter().all(|line| line.level >= Level::Fine && line.text.len() < 2000));
    }
    let mut broken = made().config(ROOT_LOGIN);
    let name = file_names("arn:aws:iam::123456789012:root").1;
    broken.0.login.push(SignIn { name, text: Zeroizing::new("[".repeat(100_000)) });
    assert_eq!(broken.order(), "login");
}
