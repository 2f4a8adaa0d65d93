//! Texts that say where a secret is, not what it is: references, paths, addresses.

/// How references begin, in lower case.
const SCHEMES: &[&str] = &[
    "arn:",
    "ssm:",
    "/ssm/",
    "vault:",
    "op://",
    "secretsmanager:",
    "secretsmanager/",
    "secret://",
    "secrets://",
    "sops:",
    "enc[",
    "gcpsm:",
    "gcp-secret",
    "gsm:",
    "keyvault:",
    "akv:",
    "ref+",
    "env:",
    "env.",
    "env://",
    "file:",
    "file(",
    "doppler:",
    "aws-sm:",
    "awssm:",
    "aws-ssm:",
    "@microsoft.keyvault(",
    "!ref",
    "!getatt",
    "!sub",
    "!importvalue",
    "$ansible_vault",
    "!vault",
    "lookup(",
    "getenv(",
    "process.env.",
    "os.environ",
    "os.getenv",
    "env[",
    "secrets.",
    "inputs.",
    "vars.",
    "steps.",
    "values.",
    "k8s:",
    "bws:",
    "pass:",
    "data.aws_",
    "data.google_",
    "data.azurerm_",
    "data.vault_",
    "aws_secretsmanager_",
    "aws_ssm_parameter",
    "random_password.",
    "azure-key-vault",
    "resolve:",
    "chamber:",
    "berglas:",
    "sm://",
    "awskms:",
    "kms:",
    "random_id.",
    "random_string.",
    "credhub:",
    // Templates of API Gateway and AppSync (VTL): what a caller sends.
    "$util.",
    "$input.",
    "$context.",
    "$stagevariables.",
];

/// Roots of Terraform addresses and of template languages.
const ROOTS: &[&str] = &[
    "var",
    "local",
    "module",
    "data",
    "each",
    "self",
    "random_password",
    "path",
    "terraform",
    "output",
    "ephemeral",
];

/// Whether the text points to a secret: a URI of a store, an address, a variable.
pub(super) fn is_reference(text: &str) -> bool {
    let starts =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    SCHEMES.iter().any(|scheme| starts(scheme))
        || is_variable(text)
        || is_address(text)
        || is_resource_name(text)
}

/// `$DB_PASSWORD`, `$env:DB_PASSWORD`, `@secret`-less: a shell variable and nothing else.
fn is_variable(text: &str) -> bool {
    let Some(name) = text.strip_prefix('$') else { return false };
    let name = name.strip_prefix("env:").unwrap_or(name);
    // `$1$…` and `$Pa55…` with other marks are texts, not variables; `$2` is a positional parameter.
    let starts = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let whole = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (starts && whole && !looks_random(name)) || matches!(name, "1" | "2" | "3" | "4" | "@" | "*" | "#" | "?")
}

/// `var.db_password`, `module.db["a"].password`.
fn is_address(text: &str) -> bool {
    let Some((root, rest)) = text.split_once('.') else { return false };
    ROOTS.contains(&root)
        && !rest.is_empty()
        && rest.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.[]*\"'".contains(letter))
}

/// `projects/p/secrets/s/versions/latest`, an Azure resource id, an ARN without its scheme is a path below.
fn is_resource_name(text: &str) -> bool {
    text.starts_with("projects/") && text.contains("/secrets/")
}

/// File endings: a name with one of them is a file.
const ENDINGS: &[&str] = &[
    ".pem",
    ".key",
    ".crt",
    ".cer",
    ".json",
    ".yaml",
    ".yml",
    ".txt",
    ".env",
    ".pfx",
    ".p12",
    ".jks",
    ".pub",
    ".tf",
    ".tpl",
    ".tftpl",
    ".sh",
    ".conf",
    ".cfg",
    ".ini",
    ".toml",
    ".properties",
    ".zip",
    ".gpg",
    ".asc",
    ".age",
    ".keytab",
    ".hcl",
    ".ps1",
    ".kubeconfig",
    ".tfvars",
];

/// Whether the text is a path or a parameter's name: `/run/secrets/db`, `prod/app/db-password`, `key.pem`.
pub(super) fn is_path(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-~+@:\\ ".contains(letter);
    if !text.chars().all(plain) || text.contains("://") {
        return false;
    }
    let windows = text.as_bytes().get(1) == Some(&b':') && text.as_bytes().get(2) == Some(&b'\\');
    let rooted = ["/", "./", "../", "~/", "\\\\"].iter().any(|root| text.starts_with(root));
    let segments = || text.split(['/', '\\']).filter(|segment| !segment.is_empty());
    // A base64 text has slashes too: there, one of its segments looks random.
    let random = segments().any(looks_random);
    let named = ENDINGS.iter().any(|ending| text.len() > ending.len() && text.ends_with(ending));
    let word_like = |segment: &str| {
        segment.len() >= 2
            && segment.chars().any(|letter| letter.is_ascii_alphabetic())
            && !has_mixed_case(segment)
    };
    let parameter = segments().count() >= 3 && segments().all(word_like);
    !random
        && (((rooted || windows) && segments().count() >= 1) || (named && !text.contains(' ')) || parameter)
}

/// Whether the text is an address without a password and without a random part: it opens nothing.
pub(super) fn is_open_url(text: &str) -> bool {
    let carries = ["sig=", "token=", "key=", "secret=", "password=", "code=", "pwd="];
    let is_jdbc = text.starts_with("jdbc:");
    let text = text.strip_prefix("jdbc:").unwrap_or(text);
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_scheme = !scheme.is_empty()
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    if !is_scheme || text.contains(char::is_whitespace) {
        return false;
    }
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let user_info = authority.rsplit_once('@').map(|(user_info, _)| user_info);
    if let Some(user_info) = user_info {
        return user_info.split_once(':').is_none_or(|(_, password)| super::is_placeholder(password))
            && !looks_random(user_info);
    }
    let rest = rest.to_ascii_lowercase();
    !carries.iter().any(|field| rest.contains(field))
        && !has_password_field(&rest, is_jdbc)
        && !tail.split(['/', '?', '&', '=']).any(looks_random)
}

/// `?user=app&pass=…`, `;pw=…`: fields too short to be looked for anywhere in a text.
fn has_password_field(rest: &str, is_jdbc: bool) -> bool {
    const NAMES: [&str; 4] = ["passwd", "pass", "passphrase", "pw"];
    let fields = rest.split(['?', '&', ';']).skip(1);
    // `https://blog/?p=2` is a page.
    fields
        .filter_map(|field| field.split_once('='))
        .any(|(name, value)| !value.is_empty() && (NAMES.contains(&name) || is_jdbc && name == "p"))
}

/// Whether a text without seams looks drawn, not written: 16 letters or more, of all three kinds, in disorder.
pub(super) fn looks_random(text: &str) -> bool {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "+_-".contains(letter))).any(|part| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() >= 16 && digits >= 2 && has_mixed_case(part) && switches(part) * 5 >= part.len()
    })
}

fn has_mixed_case(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_lowercase()) && text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// How often the kind of letter changes.
fn switches(text: &str) -> usize {
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    text.as_bytes().windows(2).filter(|pair| pair.first().map(kind) != pair.last().map(kind)).count()
}
