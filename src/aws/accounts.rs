//! Many accounts: in each a role is assumed, and it is asked as if it were the only one.
//!
//! ```text
//!  session (who) ──► organizations: which accounts ──► each: role ──► identity, iam ──► one bundle, a folder for each
//! ```
//!
//! What is refused in one account ends nothing in the others.

use futures_util::stream::{self, StreamExt};
use tokio::sync::watch;

use super::ask::{Asker, now};
use super::error::failure;
use super::organizations::{self, Listed};
use super::session::Session;
use super::{Options, Role, Step, blocking, iam, identity};
use crate::error::{Error, ErrorKind};
use crate::evidence::{Bundle, Document, MOST_BUNDLE, MOST_DOCUMENTS, Manifest, Member, code};
use crate::policy::{ASSUME_ROLE, Surface};

/// Which accounts are asked, and by which roles.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Whether the organisation is asked which accounts it has.
    pub organization: bool,
    /// Accounts that are named, by their numbers, each with a role of its own where it has one.
    pub named: Vec<(String, Option<String>)>,
    /// What the role is called where none is named: `secretrail-audit`, with its path where it has one.
    pub role: String,
    /// What the roles' owner asks for.
    pub external_id: Option<String>,
    /// The sessions' name.
    pub session_name: String,
    /// Only these accounts, by number or by name, with `*`; all where it is empty.
    pub include: Vec<String>,
    /// Not these.
    pub exclude: Vec<String>,
    /// How many are asked at once.
    pub at_once: usize,
    /// Where Organizations is asked instead of AWS: what `AWS_ENDPOINT_URL_ORGANIZATIONS` names.
    pub endpoint: Option<String>,
}

/// An account to ask.
struct Target {
    number: String,
    name: Option<String>,
    /// `None`: it is the account that asks.
    role: Option<Role>,
    /// Why it is not asked.
    not: Option<&'static str>,
}

/// Collects what can be had of each account.
///
/// # Errors
///
/// As [`super::collect`]; and where no account is to be asked.
pub fn collect(
    options: &Options,
    wanted: &Wanted,
    meets: &dyn Fn(&str, &str) -> bool,
    progress: &dyn Fn(Step),
    stop: watch::Receiver<bool>,
) -> Result<Bundle, Error> {
    blocking(stop, "stopped; no evidence was collected", all(options, wanted, meets, progress))
}

async fn all(
    options: &Options,
    wanted: &Wanted,
    meets: &dyn Fn(&str, &str) -> bool,
    progress: &dyn Fn(Step),
) -> Result<Bundle, Error> {
    let session = Session::open(options).await?;
    let asker = Asker::new(session.region.clone(), options.now, progress);
    progress(Step::Expect(1));
    let caller = identity::ask(&session, &asker).await?;
    asker.file_under(caller.account.as_deref());
    let listed = match wanted.organization {
        true => organizations::list(&session, &asker, wanted.endpoint.as_deref()).await,
        false => Vec::new(),
    };
    let (_, refusals) = asker.found();
    let targets = targets(wanted, listed, &caller, meets);
    if targets.iter().all(|target| target.not.is_some()) && refusals.is_empty() {
        return Err(Error::new(ErrorKind::Input, "no account is left to query")
            .hint("[accounts] in secretrail.toml names them; include and exclude may leave none"));
    }
    progress(Step::Expect(targets.len() as u64));
    let asked = targets.into_iter().map(|target| of(&session, options, target, progress));
    let mut found: Vec<(Member, Vec<Document>)> =
        stream::iter(asked).buffer_unordered(wanted.at_once.max(1)).collect().await;
    found.sort_by(|(one, _), (other, _)| one.account.cmp(&other.account));
    let (documents, members) = together(found, &session.region, options);
    Ok(Bundle {
        manifest: Manifest {
            tool_version: options.version.clone(),
            account: caller.account,
            partition: caller.partition,
            caller: caller.arn,
            regions: vec![session.region.clone()],
            surfaces: vec![Surface::Account.word().to_owned()],
            collected_at: now(options.now),
        },
        documents,
        refusals,
        members,
    })
}

/// Accounts that are named or listed, each once and in order.
fn targets(
    wanted: &Wanted,
    listed: Vec<Listed>,
    caller: &identity::Caller,
    meets: &dyn Fn(&str, &str) -> bool,
) -> Vec<Target> {
    let partition = caller.partition.as_deref().unwrap_or("aws");
    let role = |number: &str, arn: Option<String>| Role {
        arn: arn.unwrap_or_else(|| {
            format!("arn:{partition}:iam::{number}:role/{}", wanted.role.trim_start_matches('/'))
        }),
        external_id: wanted.external_id.clone(),
        session_name: wanted.session_name.clone(),
    };
    let is_own = |number: &str| caller.account.as_deref() == Some(number);
    let named = wanted.named.iter().map(|(number, arn)| Target {
        // Who names a role for the account that asks means that role.
        role: (arn.is_some() || !is_own(number)).then(|| role(number, arn.clone())),
        number: number.clone(),
        name: None,
        not: None,
    });
    let listed = listed.into_iter().map(|Listed { number, name, is_open }| Target {
        role: (!is_own(&number)).then(|| role(&number, None)),
        number,
        name,
        not: (!is_open).then_some(code::NOT_OPEN),
    });
    let fits = |patterns: &[String], target: &Target| {
        let texts = [Some(&target.number), target.name.as_ref()];
        patterns.iter().any(|pattern| texts.into_iter().flatten().any(|text| meets(pattern, text)))
    };
    let mut all: Vec<Target> = named.chain(listed).collect();
    // Where one is named and listed, its own role wins, and its name is known.
    all.sort_by(|one, other| one.number.cmp(&other.number));
    all.dedup_by(|later, first| {
        let same = later.number == first.number;
        if same && first.name.is_none() {
            first.name = later.name.take();
        }
        same
    });
    for target in &mut all {
        let is_included = wanted.include.is_empty() || fits(&wanted.include, target);
        if !is_included || fits(&wanted.exclude, target) {
            target.not = Some(code::LEFT_OUT);
        }
    }
    all
}

/// One account: its role, then all that is asked of an account.
async fn of(
    session: &Session,
    options: &Options,
    target: Target,
    progress: &dyn Fn(Step),
) -> (Member, Vec<Document>) {
    let asker = Asker::new(session.region.clone(), options.now, progress);
    asker.file_under(Some(&target.number));
    let mut member = Member {
        account: target.number,
        name: target.name,
        partition: None,
        caller: None,
        refusals: Vec::new(),
    };
    let own = match (&target.role, target.not) {
        (_, Some(code)) => {
            asker.refuse(&ASSUME_ROLE, None, code);
            None
        }
        (None, _) => Some(session.clone()),
        (Some(role), _) => match session.assume(role).await {
            Ok(session) => Some(session),
            Err(error) => {
                asker.refused(&ASSUME_ROLE, None, error);
                None
            }
        },
    };
    progress(Step::Done);
    if let Some(own) = own {
        asker.expect(1);
        match identity::answer(&own, &asker, Some(&member.account)).await {
            Ok(caller) => {
                (member.partition, member.caller) = (caller.partition, caller.arn);
                iam::ask(&own, &asker, options).await;
            }
            // Where nobody answers who we are, nobody answers anything.
            Err(failure) => asker.refused(&crate::policy::CALLER, None, failure),
        }
    }
    let (documents, refusals) = asker.found();
    member.refusals = refusals;
    (member, documents)
}

/// All documents; of an account that no longer fits into a bundle, none.
fn together(
    found: Vec<(Member, Vec<Document>)>,
    region: &str,
    options: &Options,
) -> (Vec<Document>, Vec<Member>) {
    let (mut documents, mut members, mut size) = (Vec::new(), Vec::new(), 0);
    for (mut member, own) in found {
        let more: u64 = own.iter().map(|document| document.bytes.len() as u64).sum();
        if size + more > MOST_BUNDLE || documents.len() + own.len() > MOST_DOCUMENTS {
            let asker = Asker::new(region.to_owned(), options.now, &|_| ());
            asker.refuse(&ASSUME_ROLE, None, code::TOO_LARGE);
            member.refusals = asker.found().1;
        } else {
            size += more;
            documents.extend(own);
        }
        members.push(member);
    }
    (documents, members)
}

impl Session {
    /// The same in another account. The answer holds credentials: it is never kept or logged.
    async fn assume(&self, role: &Role) -> Result<Self, super::error::Failure> {
        let call = aws_sdk_sts::Client::new(&self.config)
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(&role.session_name)
            .set_external_id(role.external_id.clone());
        let answer =
            call.customize().interceptor(super::ssm::Bound).send().await.map_err(|error| failure(&error))?;
        let malformed = || super::error::Failure::own(code::MALFORMED, Some(200));
        let minted = super::mint::minted(answer, self).ok_or_else(malformed)?;
        Ok(self.under(&minted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_asked_once_and_by_the_right_role() {
        let wanted = Wanted {
            named: vec![
                ("222233334444".into(), Some("arn:aws:iam::222233334444:role/own".into())),
                ("111122223333".into(), None),
            ],
            role: "audit/secretrail".into(),
            exclude: vec!["sandbox".into()],
            ..Wanted::default()
        };
        let one = |number: &str, name: &str| Listed {
            number: number.into(),
            name: Some(name.into()),
            is_open: true,
        };
        let listed = vec![
            one("123456789012", "hub"),
            one("222233334444", "app"),
            one("333344445555", "sandbox"),
            one("444455556666", "other"),
            Listed { is_open: false, ..one("555566667777", "old") },
        ];
        let caller = identity::Caller {
            account: Some("123456789012".into()),
            partition: Some("aws-cn".into()),
            arn: None,
        };
        let found = targets(&wanted, listed, &caller, &|pattern, text| pattern == text);
        let not: Vec<(&str, &str)> =
            found.iter().filter_map(|one| Some((one.number.as_str(), one.not?))).collect();
        assert_eq!(not, [("333344445555", code::LEFT_OUT), ("555566667777", code::NOT_OPEN)]);
        let told: Vec<(&str, Option<&str>, Option<&str>)> = found
            .iter()
            .filter(|one| one.not.is_none())
            .map(|one| {
                (one.number.as_str(), one.name.as_deref(), one.role.as_ref().map(|role| role.arn.as_str()))
            })
            .collect();
        assert_eq!(
            told,
            [
                ("111122223333", None, Some("arn:aws-cn:iam::111122223333:role/audit/secretrail")),
                ("123456789012", Some("hub"), None),
                ("222233334444", Some("app"), Some("arn:aws:iam::222233334444:role/own")),
                ("444455556666", Some("other"), Some("arn:aws-cn:iam::444455556666:role/audit/secretrail")),
            ]
        );
    }
}
