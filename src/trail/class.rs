//! What an API call does, as far as sessions tell it.

use super::json::{get, items, text, walk};

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nothing that is told apart.
    Plain,
    /// Issues credentials.
    Issue(Issue),
    /// Signs in to the console.
    SignIn,
    /// May read a secret.
    Secret,
    /// Ends a credential.
    Retire,
    /// Makes something.
    Create,
    /// Runs a command on a machine, or opens a shell there.
    Shell,
}

/// Which call issues credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Issue {
    /// `AssumeRole`.
    AssumeRole,
    /// `AssumeRoleWithSAML`.
    Saml,
    /// `AssumeRoleWithWebIdentity`.
    WebIdentity,
    /// `GetFederationToken`.
    Federation,
    /// `GetSessionToken`.
    SessionToken,
    /// `AssumeRoot`.
    AssumeRoot,
}

impl Issue {
    /// The call's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AssumeRole => "AssumeRole",
            Self::Saml => "AssumeRoleWithSAML",
            Self::WebIdentity => "AssumeRoleWithWebIdentity",
            Self::Federation => "GetFederationToken",
            Self::SessionToken => "GetSessionToken",
            Self::AssumeRoot => "AssumeRoot",
        }
    }
}

/// Calls after which someone can come back, or is not seen any more.
const PERSISTENCE: &[&str] = &[
    "AddPermission20150331v2",
    "AddRoleToInstanceProfile",
    "AddUserToGroup",
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "CreateAccessKey",
    "CreateFunctionUrlConfig",
    "CreateKeyPair",
    "CreateLoginProfile",
    "CreateOpenIDConnectProvider",
    "CreatePolicyVersion",
    "CreateRole",
    "CreateSAMLProvider",
    "CreateServiceSpecificCredential",
    "CreateUser",
    "DeactivateMFADevice",
    "DeleteTrail",
    "DeleteRolePermissionsBoundary",
    "DeleteUserPermissionsBoundary",
    "ImportKeyPair",
    "PutEventSelectors",
    "PutGroupPolicy",
    "PutRolePolicy",
    "PutUserPolicy",
    "SetDefaultPolicyVersion",
    "StopLogging",
    "UpdateAssumeRolePolicy",
    "UpdateLoginProfile",
    "UpdateTrail",
    "UploadSSHPublicKey",
    "UploadSigningCertificate",
];

/// Calls that make a credential, and what it is.
const CREDENTIALS: &[(&str, &str)] = &[
    ("CreateAccessKey", "access key"),
    ("CreateLoginProfile", "password"),
    ("UpdateLoginProfile", "password"),
    ("CreateServiceSpecificCredential", "service credential"),
    ("UploadSSHPublicKey", "SSH key"),
    ("UploadSigningCertificate", "signing certificate"),
    ("CreateKeyPair", "key pair"),
    ("ImportKeyPair", "key pair"),
];

/// What a call of a service does.
pub fn class(source: &str, name: &str) -> Class {
    match (source, name) {
        ("sts.amazonaws.com", "AssumeRole") => Class::Issue(Issue::AssumeRole),
        ("sts.amazonaws.com", "AssumeRoleWithSAML") => Class::Issue(Issue::Saml),
        ("sts.amazonaws.com", "AssumeRoleWithWebIdentity") => Class::Issue(Issue::WebIdentity),
        ("sts.amazonaws.com", "GetFederationToken") => Class::Issue(Issue::Federation),
        ("sts.amazonaws.com", "GetSessionToken") => Class::Issue(Issue::SessionToken),
        ("sts.amazonaws.com", "AssumeRoot") => Class::Issue(Issue::AssumeRoot),
        ("signin.amazonaws.com", "ConsoleLogin") => Class::SignIn,
        ("secretsmanager.amazonaws.com", "GetSecretValue" | "BatchGetSecretValue")
        | (
            "ssm.amazonaws.com",
            "GetParameter" | "GetParameters" | "GetParametersByPath" | "GetParameterHistory",
        )
        | ("kms.amazonaws.com", "Decrypt") => Class::Secret,
        ("iam.amazonaws.com", "DeleteUser" | "DeleteAccessKey" | "UpdateAccessKey") => Class::Retire,
        ("ssm.amazonaws.com", "SendCommand" | "StartSession")
        | ("ec2-instance-connect.amazonaws.com", "SendSSHPublicKey" | "SendSerialConsoleSSHPublicKey")
        | ("ecs.amazonaws.com", "ExecuteCommand") => Class::Shell,
        _ if makes(name) => Class::Create,
        _ => Class::Plain,
    }
}

fn makes(name: &str) -> bool {
    ["Create", "Run", "Import", "Upload", "Allocate"].iter().any(|start| name.starts_with(start))
}

/// Whether someone can come back by this call, or is not seen any more.
pub fn is_persistence(name: &str) -> bool {
    PERSISTENCE.binary_search(&name).is_ok() || PERSISTENCE.contains(&name)
}

/// The credential that a call made: `access key of alice`.
pub fn credential(name: &str, request: &[u8]) -> Option<String> {
    let (_, what) = CREDENTIALS.iter().find(|(known, _)| *known == name)?;
    let whose = get(request, "userName").or_else(|| get(request, "keyName")).and_then(text);
    Some(match whose {
        Some(whose) => format!("{what} of {whose}"),
        // Without a name IAM takes the caller's own.
        None => format!("{what} of the caller"),
    })
}

/// The id of the access key that a call made.
pub fn made_key(name: &str, response: &[u8]) -> Option<String> {
    let key = get(response, "accessKey").filter(|_| name == "CreateAccessKey")?;
    get(key, "accessKeyId").and_then(text).map(|id| id.into_owned())
}

/// The names of the secrets that a call read.
pub fn secrets(name: &str, request: &[u8]) -> Vec<String> {
    let named = |key: &str| get(request, key).and_then(text).map(|text| text.into_owned());
    let listed = |key: &str| {
        let list = get(request, key).map(items).unwrap_or_default();
        list.into_iter().filter_map(text).map(|text| text.into_owned()).collect::<Vec<_>>()
    };
    let decrypts = matches!(get(request, "withDecryption"), Some(b"true" | b"\"true\""));
    match name {
        "GetSecretValue" => named("secretId").into_iter().collect(),
        "BatchGetSecretValue" => listed("secretIdList"),
        "GetParameter" | "GetParameterHistory" if decrypts => named("name").into_iter().collect(),
        "GetParameters" if decrypts => listed("names"),
        "GetParametersByPath" if decrypts => {
            named("path").map(|path| format!("{}/*", path.trim_end_matches('/'))).into_iter().collect()
        }
        "Decrypt" => {
            let context = get(request, "encryptionContext").unwrap_or_default();
            let arn = get(context, "PARAMETER_ARN").or_else(|| get(context, "SecretARN")).and_then(text);
            arn.map(|arn| arn.into_owned()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The machines that a call reached, as it named them: `i-0123456789abcdef0`, `tag:Name=web`.
pub fn machines(name: &str, request: &[u8]) -> Vec<String> {
    let named = ["target", "instanceId", "task"].iter().find_map(|key| get(request, key).and_then(text));
    let list = |value: Option<&[u8]>| -> Vec<String> {
        let all = value.map(items).unwrap_or_default();
        all.into_iter().filter_map(text).map(|text| text.into_owned()).collect()
    };
    let mut all = list(get(request, "instanceIds"));
    all.extend(named.map(|text| text.into_owned()));
    for target in get(request, "targets").map(items).unwrap_or_default() {
        let key = get(target, "key").and_then(text).unwrap_or_default();
        all.push(format!("{key}={}", list(get(target, "values")).join(",")));
    }
    if all.is_empty() { vec![format!("what {name} named")] } else { all }
}

/// What a call made: `CreateBucket logs`.
pub fn created(name: &str, request: &[u8]) -> String {
    let mut named = None;
    walk(request, &mut |key, value| {
        if named.is_none() && (key.ends_with(b"Name") || key == b"name") {
            named = text(value).map(|text| text.into_owned());
        }
    });
    named.map_or_else(|| name.to_owned(), |named| format!("{name} {named}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_named() {
        assert_eq!(secrets("GetParameter", br#"{"name":"/app/key","withDecryption":true}"#), ["/app/key"]);
        assert!(secrets("GetParameter", br#"{"name":"/app/key"}"#).is_empty());
        assert_eq!(secrets("GetParameters", br#"{"names":["a","b"],"withDecryption":true}"#), ["a", "b"]);
        assert_eq!(secrets("GetParametersByPath", br#"{"path":"/app/","withDecryption":true}"#), ["/app/*"]);
        let arn = "arn:aws:ssm:us-east-1:123456789012:parameter/app/key";
        let request = format!("{{\"encryptionContext\":{{\"PARAMETER_ARN\":\"{arn}\"}}}}");
        assert_eq!(secrets("Decrypt", request.as_bytes()), [arn]);
        assert!(secrets("Decrypt", b"null").is_empty());
    }

    #[test]
    fn machines_are_named() {
        assert_eq!(machines("StartSession", br#"{"target":"i-1"}"#), ["i-1"]);
        assert_eq!(
            machines("SendCommand", br#"{"instanceIds":["i-1","i-2"],"documentName":"x"}"#),
            ["i-1", "i-2"]
        );
        let targets = br#"{"targets":[{"key":"tag:Name","values":["web","db"]}]}"#;
        assert_eq!(machines("SendCommand", targets), ["tag:Name=web,db"]);
        assert_eq!(machines("SendCommand", b"null"), ["what SendCommand named"]);
        assert_eq!(class("ssm.amazonaws.com", "StartSession"), Class::Shell);
    }

    #[test]
    fn what_is_made_has_a_name() {
        assert_eq!(credential("CreateAccessKey", br#"{"userName":"alice"}"#).unwrap(), "access key of alice");
        assert_eq!(credential("CreateAccessKey", b"null").unwrap(), "access key of the caller");
        assert_eq!(created("CreateBucket", br#"{"bucketName":"logs"}"#), "CreateBucket logs");
        assert!(is_persistence("StopLogging") && !is_persistence("DescribeInstances"));
        assert_eq!(class("ec2.amazonaws.com", "RunInstances"), Class::Create);
    }
}
