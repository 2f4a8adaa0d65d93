//! Made-up tokens, made at run time, so that nobody's scanner takes this repository for a leak.
//!
//! A template is text with parts in braces: `{an36}` is 36 letters and digits, see [`Maker::class`]. `|` vanishes: it
//! keeps a prefix from standing in this file in one piece. What stands between `«` and `»` is the secret.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::checksum::{base62, crc32};

/// A text with a secret in it.
pub(in crate::secret) struct Sample {
    pub(in crate::secret) text: String,
    pub(in crate::secret) secret: String,
}

pub(in crate::secret) fn sample(template: &str, seed: u64) -> Sample {
    split(&Maker { seed: seed.wrapping_mul(2).wrapping_add(1), masked: false }.fill(template))
}

/// The same text with one letter repeated wherever a drawn one would stand.
pub(in crate::secret) fn masked(template: &str) -> Sample {
    split(&Maker { seed: 0, masked: true }.fill(template))
}

fn split(text: &str) -> Sample {
    let (before, rest) = text.split_once('«').unwrap_or(("", text));
    let (secret, after) = rest.split_once('»').unwrap_or((rest, ""));
    Sample { text: format!("{before}{secret}{after}"), secret: secret.to_owned() }
}

struct Maker {
    seed: u64,
    masked: bool,
}

impl Maker {
    fn fill(&mut self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            if letter == '{'
                && let Some((part, after)) = rest.split_once('}')
                && let Some(made) = self.part(part, &out)
            {
                out.push_str(&made);
                rest = after;
            } else if letter != '|' {
                out.push(letter);
            }
        }
        out
    }

    fn part(&mut self, part: &str, before: &str) -> Option<String> {
        let kind = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let count = part[kind.len()..].parse().unwrap_or(0);
        Some(match kind {
            "crc" => {
                let payload = self.class("an", count)?;
                let sum = base62(crc32(payload.as_bytes()));
                format!("{payload}{}", String::from_utf8(sum.to_vec()).unwrap())
            }
            "glsa" => {
                let token = format!("{}{}", ["gl", "sa_"].concat(), self.class("an", 32)?);
                format!("{token}_{:08x}", crc32(token.as_bytes()).swap_bytes())
            }
            "uuid" => {
                let parts: Option<Vec<_>> =
                    [8, 4, 4, 4, 12].iter().map(|count| self.class("hex", *count)).collect();
                parts?.join("-")
            }
            "pem" => self.pem("\n", true),
            "pemjson" => self.pem("\\n", true),
            "pemopen" => self.pem("\n", false),
            "basic" => STANDARD.encode(format!("robot:{}", self.class("an", 20)?)),
            "jwt" => {
                let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
                let payload =
                    URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{}","iat":1}}"#, self.class("an", 12)?));
                format!("{header}.{payload}.{}", self.class("url", 43)?)
            }
            "begin" => ["-----BEGIN RSA PRIV", "ATE KEY-----"].concat(),
            "end" => ["-----END RSA PRIV", "ATE KEY-----"].concat(),
            "same" => before.rsplit('«').next()?.to_owned(),
            class => self.class(class, count)?,
        })
    }

    /// Letters of one class.
    fn class(&mut self, class: &str, count: usize) -> Option<String> {
        let letters: Vec<u8> = match class {
            "an" => (b'0'..=b'9').chain(b'A'..=b'Z').chain(b'a'..=b'z').collect(),
            "url" => (b'0'..=b'9').chain(b'A'..=b'Z').chain(b'a'..=b'z').chain(*b"AzQk_").collect(),
            "bs" => (b'0'..=b'9').chain(b'A'..=b'Z').chain(b'a'..=b'z').chain(*b"+/").collect(),
            "hex" => (b'0'..=b'9').chain(b'a'..=b'f').collect(),
            "bech" => b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".to_vec(),
            "low" => (b'0'..=b'9').chain(b'a'..=b'z').collect(),
            "up" => (b'0'..=b'9').chain(b'A'..=b'Z').collect(),
            "az" => (b'A'..=b'Z').chain(b'a'..=b'z').collect(),
            "bthirtytwo" => (b'A'..=b'Z').chain(b'2'..=b'7').collect(),
            "dig" => (b'1'..=b'9').collect(),
            _ => return None,
        };
        Some((0..count).map(|_| char::from(letters[self.next(letters.len())])).collect())
    }

    /// A block with the outer shape of a DER key and random bytes inside.
    fn pem(&mut self, newline: &str, closed: bool) -> String {
        let mut der = vec![0x30, 0x82, 0x02, 0x58];
        der.extend((0..600).map(|_| self.next(256) as u8));
        let body = STANDARD.encode(der);
        let lines: Vec<&str> =
            body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let begin = ["-----BEGIN PRIV", "ATE KEY-----"].concat();
        let end = if closed {
            format!("{newline}{}", ["-----END PRIV", "ATE KEY-----"].concat())
        } else {
            String::new()
        };
        format!("{begin}{newline}{}{end}", lines.join(newline))
    }

    fn next(&mut self, below: usize) -> usize {
        if self.masked {
            return below - 3;
        }
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) as usize % below
    }
}

/// Each rule with texts that it must find.
pub(in crate::secret) const POSITIVE: &[(&str, &str)] = &[
    ("aws-access-key-id", "export AWS_ACCESS_KEY_ID=«AKIA|{bthirtytwo16}»\n"),
    ("aws-access-key-id", r#"{"user_data": "a\n«ASIA|{bthirtytwo16}»\nb"}"#),
    ("aws-secret-access-key", "aws_secret_access_key = «{bs40}»\n"),
    ("aws-secret-access-key", r#""SecretAccessKey": "«{bs40}»""#),
    ("aws-secret-access-key", r#"{\"AWS_SECRET_ACCESS_KEY\":\"«{bs40}»\"}"#),
    ("aws-key-pair", "AK|IA{bthirtytwo16},«{bs40}»\n"),
    ("aws-session-token", "AWS_SESSION_TOKEN=«IQoJ|b3JpZ2lu{bs300}==»"),
    ("aws-mws-token", "'«amzn|.mws.{uuid}»'"),
    ("aws-bedrock-api-key", "k: «ABSK|{bs128}»"),
    ("aws-bedrock-short-term-key", "k: «bedrock|-api-key-{bs200}»"),
    ("aws-appsync-api-key", "x-api-key: «da2|-{low26}»"),
    ("github-token", "token = \"«gh|p_{crc30}»\""),
    ("github-token", "https://x.example/?t=«gh|s_{crc30}»"),
    ("github-app-token", "t: «gh|s_12345_{jwt}»"),
    ("github-fine-grained-token", "t: «github|_pat_{an22}_{an59}»"),
    ("gitlab-token", "url = \"https://x\" token = \"«gl|pat-{url20}»\""),
    ("gitlab-token", "«gl|rt-{url20}»"),
    ("gitlab-token", "«gl|ptt-{hex40}»"),
    ("gitlab-registration-token", "«GR13|48941{url20}»"),
    ("bitbucket-app-password", "«AT|BB{an32}»"),
    ("atlassian-api-token", "«ATA|TT3{url180}»"),
    ("azure-devops-token", "«{an76}AZ|DO{an4}»"),
    ("slack-token", "SLACK=«xo|xb-{dig12}-{dig12}-{an24}»"),
    ("slack-rotated-token", "«xo|xe.xoxp-1-{an140}»"),
    ("slack-app-token", "«xa|pp-1-A{up10}-{dig12}-{hex64}»"),
    ("slack-webhook", "https://hooks.sl|ack.com/services/«T{up8}/B{up8}/{an24}»"),
    ("discord-webhook", "https://discord.com/a|pi/webhooks/«{dig18}/{url68}»"),
    ("discord-bot-token", "DISCORD_TOKEN=«M{an23}.{an6}.{an27}»"),
    (
        "teams-webhook",
        "https://acme.webhook.off|ice.com/webhookb2/«{uuid}@{uuid}/IncomingWebhook/{hex32}/{uuid}»",
    ),
    ("telegram-bot-token", "https://api.telegram.org/bot«{dig10}:A|A{url33}»/sendMessage"),
    ("twilio-api-key", "«S|K{hex32}»"),
    ("twilio-auth-token", "TWILIO_AUTH_TOKEN: «{hex32}»"),
    ("twilio-account-pair", "curl -u A|C{hex32}:«{hex32}» https"),
    ("sendgrid-api-key", "«S|G.{an22}.{an43}»"),
    ("mailgun-api-key", "«ke|y-{hex32}»"),
    ("mailgun-new-api-key", "MAILGUN_KEY=«{hex32}-{hex8}-{hex8}»"),
    ("mailchimp-api-key", "«{hex32}-u|s12»"),
    ("brevo-api-key", "«xkeys|ib-{hex64}-{an16}»"),
    ("postmark-token", "POSTMARK_SERVER_TOKEN=«{uuid}»"),
    ("stripe-key", "stripe = \"«sk|_live_{an24}»\""),
    ("stripe-key", "stripe = \"«rk|_test_{an40}»\""),
    ("stripe-webhook-secret", "«whs|ec_{an32}»"),
    ("shopify-token", "«shp|at_{hex32}»"),
    ("square-token", "«EA|AA{url60}»"),
    ("square-oauth-secret", "«sq0|csp-{an43}»"),
    ("anthropic-api-key", "ANTHROPIC_API_KEY=«sk-|ant-api03-{url93}AA»"),
    ("anthropic-api-key", "«sk-|ant-admin01-{an93}AA»"),
    ("openai-api-key", "«sk-|{an20}T3Blb|kFJ{an20}»"),
    ("openai-api-key", "«sk-|proj-{url74}T3Blb|kFJ{an74}»"),
    ("openai-project-key", "«sk-|svcacct-{an80}»"),
    ("openrouter-api-key", "«sk-|or-v1-{hex64}»"),
    ("hugging-face-token", "«h|f_{az34}»"),
    ("replicate-token", "«r|8_{an37}»"),
    ("groq-api-key", "«gs|k_{an52}»"),
    ("xai-api-key", "«xa|i-{an80}»"),
    ("perplexity-api-key", "«ppl|x-{an48}»"),
    ("langsmith-api-key", "«lsv|2_pt_{hex32}_{hex10}»"),
    ("elevenlabs-api-key", "«sk|_{hex48}»"),
    (
        "gcp-service-account-key",
        r#"{"type": "service_account", "private_key_id": "{hex40}", "private_key": "«{pemjson}»\n"}"#,
    ),
    ("google-api-key", "«AI|za{an35}»"),
    ("google-oauth-access-token", "«ya|29.{url80}»"),
    ("google-oauth-client-secret", "«GOC|SPX-{an28}»"),
    ("google-refresh-token", "refresh_token: \"«1/|/0{an60}»\""),
    (
        "azure-storage-key",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=«{bs86}==»;EndpointSuffix=x",
    ),
    ("azure-storage-key", "primary_access_key = \"«{bs86}==»\""),
    ("azure-shared-access-key", "SharedAccessKeyName=a;SharedAccessKey=«{bs43}=»"),
    ("azure-sas-signature", "https://a.blob.core.windows.net/c?sv=2022-11-02&sig=«{an43}%3D»&sp=r"),
    ("azure-client-secret", "client_secret = \"«{an3}8Q|~{an34}»\""),
    ("azure-service-key", "«{an52}JQ|QJ99{an26}»"),
    ("digitalocean-token", "«do|p_v1_{hex64}»"),
    ("cloudflare-token", "«cf|ut_{an48}»"),
    ("cloudflare-old-token", "CLOUDFLARE_API_TOKEN=«{an40}»"),
    ("cloudflare-origin-ca-key", "«v1|.0-{hex24}-{hex146}»"),
    ("heroku-api-key", "«HR|KU-AA{an58}»"),
    ("heroku-old-api-key", "HEROKU_API_KEY=«{uuid}»"),
    ("databricks-token", "«da|pi{hex32}»"),
    ("databricks-oauth-secret", "«do|se{hex32}»"),
    ("fly-token", "«f|o1_{an43}»"),
    ("netlify-token", "«nf|p_{an36}»"),
    ("planetscale-secret", "«psc|ale_tkn_{an43}»"),
    ("supabase-key", "«sb|p_{hex40}»"),
    ("neon-api-key", "«na|pi_{low64}»"),
    ("scaleway-secret", "SCW_SECRET_KEY=«{uuid}»"),
    ("hetzner-token", "hcloud_token = \"«{an64}»\""),
    ("vault-token", "VAULT_TOKEN=«hv|s.{an24}»"),
    ("vault-token", r#""x\n«hv|b.{url138}»""#),
    ("vault-old-token", "VAULT_TOKEN=«s|.{an24}»"),
    ("terraform-cloud-token", "token = \"«{an14}.atl|asv1.{an67}»\""),
    ("pulumi-token", "«pu|l-{hex40}»"),
    ("doppler-token", "«d|p.st.prd.{an43}»"),
    ("infracost-key", "«ic|o-{an32}»"),
    ("onepassword-service-token", "«op|s_eyJ{bs400}»"),
    ("tailscale-key", "tailscale up --authkey «tsk|ey-auth-k{an11}CNTRL-{an32}»"),
    ("wireguard-private-key", "[Interface]\nPrivateKey = «{bs42}A=»\n"),
    ("age-secret-key", "«AGE-SEC|RET-KEY-1{bech58}»"),
    ("kubeadm-token", "kubeadm join 10.0.0.1:6443 --token «{low6}.{low16}» --x"),
    ("k3s-token", "K3S=«K1|0{hex64}::server:{hex32}»"),
    ("rancher-token", "«tok|en-{low5}:{low54}»"),
    ("docker-hub-token", "«dckr|_pat_{an27}»"),
    ("docker-config-auth", r#"{"auths":{"r.io":{"auth":"«{basic}»"}}}"#),
    ("docker-config-auth", r#""{\"auths\":{\"r.io\":{\"auth\":\"«{basic}»\"}}}""#),
    ("artifactory-token", "«AK|Cp{an69}»"),
    ("sonarqube-token", "«sq|p_{hex40}»"),
    ("buildkite-token", "«bk|ua_{hex40}»"),
    ("circleci-token", "«CCI|PAT_{an22}_{hex40}»"),
    ("openshift-token", "oc login --token=«sha|256~{an43}»"),
    ("npm-token", "//registry.npmjs.org/:_authToken=«np|m_{crc30}»"),
    ("npmrc-password", "//npm.acme.io/:_authToken=«{uuid}»"),
    ("pypi-token", "password = «pyp|i-AgEIcHlwaS5vcmc{url120}»"),
    ("rubygems-token", "«rubyg|ems_{hex48}»"),
    ("crates-io-token", "«ci|o{an32}»"),
    ("nuget-api-key", "«oy|2{low43}»"),
    ("datadog-key", "DD_API_KEY=«{hex32}»"),
    ("datadog-key", "datadog_app_key = \"«{hex40}»\""),
    ("grafana-service-account-token", "«{glsa}»"),
    ("grafana-cloud-token", "«gl|c_eyJ{an120}»"),
    ("new-relic-key", "«NR|AK-{up27}»"),
    ("new-relic-key", "«{hex36}NR|AL»"),
    ("sentry-token", "«sntr|yu_{hex64}»"),
    ("dynatrace-token", "«dt0|c01.{up24}.{up64}»"),
    ("honeycomb-key", "«hca|ik_{low58}»"),
    ("pagerduty-key", "pagerduty_integration_key = \"«{hex32}»\""),
    ("splunk-hec-token", "SPLUNK_HEC_TOKEN=«{uuid}»"),
    ("linear-token", "«lin|_api_{an40}»"),
    ("linear-token", "«lin|_oauth_{hex64}»"),
    ("notion-token", "«nt|n_{an46}»"),
    ("airtable-token", "AIRTABLE_TOKEN=«pa|t{an14}.{hex64}»"),
    ("figma-token", "«fi|gd_{an40}»"),
    ("postman-key", "«PM|AK-{hex24}-{hex34}»"),
    ("asana-token", "ASANA=«1/{dig16}:{hex32}»"),
    ("launchdarkly-sdk-key", "«sd|k-{uuid}»"),
    ("okta-token", "Authorization: SSWS «00|{an40}»"),
    ("pem-private-key", "key = <<EOT\n«{pem}»\nEOT\n"),
    ("pem-private-key", "echo \"«{pemjson}»\" > k"),
    ("pem-private-key", "«{pemopen}»"),
    ("jwt", "Cookie: session=«{jwt}»"),
    ("url-password", "DATABASE_URL=postgres://app:«{an12}»@db.acme.io:5432/app"),
    ("url-password", "git clone https://robot:«hunt|er2»@git.acme.io/a.git"),
    ("url-password", "amqp://app:«p@{an9}»@${host}/x"),
    ("netrc-password", "machine git.acme.io\n  login robot\n  password «{an14}»\n"),
    ("authorization-header", "curl -H 'Authorization: Bearer «{an32}»' https://x.io"),
    ("basic-authorization-header", "Authorization: Basic «{basic}»"),
    ("named-secret", "MY_APP_SECRET=«{an24}»\n"),
    ("named-secret", "adminPassword: '«{an24}»'"),
];

/// Texts in which nothing may be found.
pub(in crate::secret) const NEGATIVE: &[&str] = &[
    "token = \"gh|p_{an36}\"",
    "token = \"gh|p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
    "//registry.npmjs.org/:_authToken=${NPM_TOKEN}",
    "gl|sa_{an32}_{hex8}",
    "AKIA|XXXXXXXXXXXXXXXX",
    "region = \"asia-southeast1\" zone = \"asia-southeast1-a\"",
    "aws_secret_access_key = var.secret_access_key_for_the_production_account",
    "secret_key_sha = {hex40}",
    "sk-|ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "sk|_live_xxxxxxxxxxxxxxxxxxxxxxxx",
    "https://hooks.sl|ack.com/services/XXXXXXXXX/XXXXXXXXX/XXXXXXXXXXXXXXXXXXXXXXXX",
    "{begin}\n${var.key}\n{end}",
    "{begin}\n...\n{end}",
    "grep -q '{begin}' file",
    "-----BEGIN PUBLIC KEY-----\n{bs64}\n{bs64}\n-----END PUBLIC KEY-----",
    "-----BEGIN CERTIFICATE-----\nMIID{bs64}\n-----END CERTIFICATE-----",
    "eyJ{an20}.eyJ{an20}.{an43}",
    "postgres://app:${var.password}@db/app",
    "mongodb://someuser:hispassword@somehost/db",
    "postgres://my_user:my_password@db/app",
    "https://username:your-token@host/x",
    "postgres://app:$DB_PASSWORD@db/app",
    "postgres://app:{{ password }}@db/app",
    "https://user:password@host/",
    "https://app:changeme@db/",
    "ssh://git@github.com:22/acme/app.git",
    "http://10.0.0.1:8080/a@b",
    r#"{"auths":{"r.io":{"auth":"${base64encode(x)}"}}}"#,
    r#"auth = "basic""#,
    "machine host login user password $PASSWORD",
    "Authorization: Bearer $TOKEN_FROM_THE_ENVIRONMENT",
    "Authorization: Bearer ${var.token_of_the_production}",
    "db_password = random_password.db.result",
    "DB_PASSWORD_SECRET_ARN=arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
    "password_parameter_name=/prod/app/db-password-2024",
    "api_key_id = {an24}",
    "token_url = \"https://login.acme.io/oauth2/v2.0/token\"",
    "kms_key_id = {uuid}",
    "client_token = {uuid}",
    "secret_name = \"prod-db-password-{dig4}\"",
    "secret: prod-db-password-2024",
    "public_key = {bs200}",
    "key = \"terraform/state/prod-2024.tfstate\"",
    "DD_API_KEY=<your-datadog-api-key>",
    "cloudflare_zone_id = {hex32}",
    "token = \u{FDD0}",
];
