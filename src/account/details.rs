//! GetAccountAuthorizationDetails: users, groups, roles and managed policies, page by page.

use std::collections::BTreeMap;

use super::policy::Document;
use super::xml::{Element, Page};
use crate::source::{SourceId, Span};

/// A policy document, or why it can't be judged.
pub type Written = Result<Document, String>;

/// Users, groups, roles and policies as IAM describes them.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// Users, in the order of the answer.
    pub users: Vec<Principal>,
    /// Groups.
    pub groups: Vec<Principal>,
    /// Roles.
    pub roles: Vec<Principal>,
    /// Managed policies by their ARN.
    pub policies: BTreeMap<String, Managed>,
    /// How many members all lists have.
    members: usize,
}

/// A user, group or role.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Its place.
    pub at: Span,
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// The path: `/`, `/aws-service-role/…/`.
    pub path: String,
    /// Inline policies: name and document.
    pub inline: Vec<(String, Written)>,
    /// Managed policies: name and ARN.
    pub attached: Vec<(String, String)>,
    /// Of a user: the names of groups.
    pub groups: Vec<String>,
    /// The ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// Of a role: the trust policy.
    pub trust: Option<Written>,
    /// Tags in order.
    pub tags: Vec<(String, String)>,
    /// Of a role: what somebody wrote about it.
    pub description: String,
}

/// A managed policy.
#[derive(Debug, Clone)]
pub struct Managed {
    /// The version that holds.
    pub document: Written,
}

/// More members than an account can have, all its lists together.
const MOST_MEMBERS: usize = 200_000;
/// More users, groups or roles than an account can have: users may be compared with roles, each with each.
const MOST_PRINCIPALS: usize = 20_000;
const TOO_MANY: &str = "it has more rows than an account can have";

/// Adds one page.
///
/// # Errors
///
/// The reason for which the page can't be read.
pub fn add_page(details: &mut Details, text: &str, source: SourceId) -> Result<(), String> {
    const RESULT: &str = "GetAccountAuthorizationDetailsResult";
    // Counted before it is read: the tree of a page takes many times the room of its text.
    details.members = details.members.saturating_add(text.matches("<member").count());
    if details.members > MOST_MEMBERS {
        return Err(TOO_MANY.to_owned());
    }
    let page = Page::parse(text, source)?;
    let result = page.result(RESULT).ok_or_else(|| format!("it holds no {RESULT}"))?;
    // A page that has none of them still names its lists, and whether others follow.
    if result.children().next().is_none() {
        return Err("there is nothing in it".to_owned());
    }
    let count = |list: &str, known: &Vec<Principal>| known.len().saturating_add(result.members(list).count());
    let lists = [
        count("UserDetailList", &details.users),
        count("GroupDetailList", &details.groups),
        count("RoleDetailList", &details.roles),
    ];
    if lists.into_iter().any(|count| count > MOST_PRINCIPALS) {
        return Err(TOO_MANY.to_owned());
    }
    details.users.extend(result.members("UserDetailList").map(|one| principal(one, "User")));
    details.groups.extend(result.members("GroupDetailList").map(|one| principal(one, "Group")));
    details.roles.extend(result.members("RoleDetailList").map(|one| principal(one, "Role")));
    details.policies.extend(result.members("Policies").filter_map(managed));
    Ok(())
}

/// Whether a page says that others follow.
pub fn is_truncated(text: &str, source: SourceId, result: &str) -> bool {
    if text.matches("<member").count() > MOST_MEMBERS {
        return false;
    }
    let Ok(page) = Page::parse(text, source) else { return false };
    page.result(result).and_then(|result| result.text_of("IsTruncated")).is_some_and(|word| word == "true")
}

fn principal(one: Element<'_, '_>, kind: &str) -> Principal {
    let text = |name: &str| one.text_of(name).unwrap_or_default();
    let inline = one.members(&format!("{kind}PolicyList")).map(|policy| {
        (policy.text_of("PolicyName").unwrap_or_default(), written(policy.text_of("PolicyDocument")))
    });
    let attached = one.members("AttachedManagedPolicies").map(|policy| {
        (policy.text_of("PolicyName").unwrap_or_default(), policy.text_of("PolicyArn").unwrap_or_default())
    });
    let tags = one
        .members("Tags")
        .map(|tag| (tag.text_of("Key").unwrap_or_default(), tag.text_of("Value").unwrap_or_default()));
    Principal {
        at: one.start(),
        arn: text("Arn"),
        name: text(&format!("{kind}Name")),
        path: text("Path"),
        inline: inline.collect(),
        attached: attached.collect(),
        groups: one.members("GroupList").map(Element::text).collect(),
        boundary: one
            .child("PermissionsBoundary")
            .and_then(|boundary| boundary.text_of("PermissionsBoundaryArn"))
            .filter(|arn| !arn.is_empty()),
        trust: one.child("AssumeRolePolicyDocument").map(|trust| written(Some(trust.text()))),
        tags: tags.collect(),
        description: text("Description"),
    }
}

fn managed(one: Element<'_, '_>) -> Option<(String, Managed)> {
    let holds = |version: &Element<'_, '_>| {
        version.text_of("IsDefaultVersion").is_some_and(|word| word.eq_ignore_ascii_case("true"))
    };
    let default = one.text_of("DefaultVersionId");
    let named = |version: &Element<'_, '_>| default.is_some() && version.text_of("VersionId") == default;
    let mut versions = one.members("PolicyVersionList").filter(|version| holds(version) || named(version));
    let document = written(versions.next().and_then(|version| version.text_of("Document")));
    let managed = Managed { document };
    Some((one.text_of("Arn")?, managed))
}

fn written(text: Option<String>) -> Written {
    let text = text.ok_or("its document is not in the answer")?;
    Document::parse(&text).map_err(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_understood() {
        let text = "<R><GetAccountAuthorizationDetailsResult><IsTruncated>true</IsTruncated><UserDetailList><member>\
            <Path>/team/</Path><UserName>alice</UserName><Arn>arn:aws:iam::123456789012:user/team/alice</Arn>\
            <UserPolicyList><member><PolicyName>all</PolicyName><PolicyDocument>%7B%22Statement%22%3A%5B%5D%7D\
            </PolicyDocument></member><member><PolicyName>odd</PolicyName><PolicyDocument>x</PolicyDocument></member>\
            </UserPolicyList><GroupList><member>admins</member></GroupList><AttachedManagedPolicies><member>\
            <PolicyName>AdministratorAccess</PolicyName><PolicyArn>arn:aws:iam::aws:policy/AdministratorAccess\
            </PolicyArn></member></AttachedManagedPolicies><PermissionsBoundary><PermissionsBoundaryArn>arn:b\
            </PermissionsBoundaryArn></PermissionsBoundary><Tags><member><Key>k</Key><Value>v</Value></member></Tags>\
            </member></UserDetailList><RoleDetailList><member><RoleName>r</RoleName><AssumeRolePolicyDocument>\
            %7B%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument></member></RoleDetailList><Policies><member>\
            <PolicyName>p</PolicyName><Arn>arn:p</Arn><DefaultVersionId>v2</DefaultVersionId><PolicyVersionList>\
            <member><Document>x</Document><VersionId>v1</VersionId></member><member><Document>{\"Statement\":[]}\
            </Document><VersionId>v2</VersionId></member></PolicyVersionList></member></Policies>\
            </GetAccountAuthorizationDetailsResult></R>";
        let mut details = Details::default();
        add_page(&mut details, text, SourceId(0)).unwrap();
        let alice = &details.users[0];
        assert_eq!((alice.name.as_str(), alice.path.as_str()), ("alice", "/team/"));
        assert!(alice.inline[0].1.is_ok() && alice.inline[1].1.is_err());
        assert_eq!((alice.groups.len(), alice.tags.len(), alice.attached.len()), (1, 1, 1));
        assert_eq!(alice.boundary.as_deref(), Some("arn:b"));
        assert!(details.roles[0].trust.as_ref().unwrap().is_ok());
        assert!(details.policies["arn:p"].document.is_ok());
        assert!(is_truncated(text, SourceId(0), "GetAccountAuthorizationDetailsResult"));
        assert!(add_page(&mut details, "<R/>", SourceId(0)).is_err());
    }

    #[test]
    fn more_members_than_an_account_can_have_are_refused() {
        let page = |members: usize| {
            format!(
                "<GetAccountAuthorizationDetailsResult><UserDetailList>{}</UserDetailList>\
                 </GetAccountAuthorizationDetailsResult>",
                "<member/>".repeat(members)
            )
        };
        let mut details = Details::default();
        for members in [MOST_MEMBERS + 1, MOST_PRINCIPALS + 1] {
            let why = add_page(&mut details, &page(members), SourceId(0)).unwrap_err();
            assert_eq!((why.as_str(), details.users.len()), (TOO_MANY, 0));
            details = Details::default();
        }
        assert!(add_page(&mut details, &page(3), SourceId(0)).is_ok());
    }
}
