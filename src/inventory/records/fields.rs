//! The fields that rules see, with what they mean: `rules/README.md` lists them.

use crate::rule::judged::Category;

/// All kinds of records.
pub const CATEGORIES: &[Category] = &[
    Category { name: "key", what: "one row of a list of keys", fields: KEY },
    Category { name: "parameter", what: "a parameter of the projects that no row lists", fields: PARAMETER },
    Category { name: "cell", what: "a cell of a list of keys that looks like a value", fields: CELL },
    Category { name: "drill", what: "the last practised rotation of a key", fields: DRILL },
];

const KEY: &[(&str, &str)] = &[
    ("key", "the key's name: `ANTHROPIC_API_KEY`"),
    ("key.title", "what people call it, or its name"),
    (
        "key.status",
        "`ok`, `missing`, `unreadable`, `wrong-type`, `empty`, `placeholder`, `stale` or `not-checked`",
    ),
    ("key.why", "the reason for it in words, or nothing"),
    ("key.permission", "what AWS denied: `ssm:GetParameter`, or nothing"),
    ("key.migrating", "whether a cell says that it needs migration: `yes` or `no`"),
    (
        "key.bootstrap",
        "whether it is needed to reach the others (`bootstrap` of the settings): `yes` or `no`",
    ),
    ("key.owner", "whose it is, or nothing"),
    ("key.has-owner", "`yes` or `no`"),
    ("key.twice", "whether an earlier row has its name or its location: `yes` or `no`"),
    ("key.twin", "the key of that row"),
    ("home", "its location as the list has it: `SSM /app/db/password`"),
    ("home.kind", "`parameter`, `secrets-manager`, `github-secret`, `other` or `none`"),
    ("home.name", "its name there"),
    ("home.type", "`SecureString`, `String`, `StringList`, `secret`, or nothing"),
    ("home.well-named", "whether it keeps to `/{project}/{service}/{key-type}`: `yes` or `no`"),
    ("home.encryption", "with which key: `customer`, `aws` (the account's own), `none` or `unknown`"),
    ("home.customer-key-required", "`require-customer-key` of the settings: `yes` or `no`"),
    (
        "rotation.claim",
        "the list beside the store: `agrees`, `not-seen` (no write on or after that day), `outdated` (written since), `unsaid` or `unknown`",
    ),
    ("rotation.claimed", "the day in the list, or `never`"),
    ("rotation.written", "the day of the last write in the store, or `unknown`"),
    ("rotation.writer", "who wrote it last, if a trail shows it: an ARN, or nothing"),
    ("rotation.written-told", "`rotation.written`, and who wrote it if a trail shows it"),
    ("rotation.writes-since", "writes after the day in the list, if a trail covers that day"),
    ("rotation.age-days", "days since the rotation"),
    ("rotation.answers", "how many of the five questions are answered"),
    ("rotation.unanswered", "the others: `revoke, breaks, generate, push, verify`"),
    ("value.length", "at level 2: `empty`, `short` (under 16), `usual` or `long` (over 128)"),
    ("value.placeholder", "at level 2: `yes` or `no`"),
    ("value.same", "at level 2: whether another row has the same value: `yes` or `no`"),
    ("value.same-as", "the keys of those rows"),
    ("value.same-keys", "the same in one text"),
    ("threshold.max-age-days", "`max-age-days` of the settings"),
];

const PARAMETER: &[(&str, &str)] = &[
    ("parameter.name", "its name"),
    ("parameter.type", "`SecureString`, `String` or `StringList`"),
    ("parameter.says-secret", "whether its name says that it is secret: `yes` or `no`"),
    ("parameter.well-named", "whether it keeps to `/{project}/{service}/{key-type}`: `yes` or `no`"),
    ("parameter.age-days", "days since its last write"),
];

const CELL: &[(&str, &str)] = &[
    ("cell.key", "the key of its row"),
    ("cell.column", "its column: `Owner`"),
    ("cell.kind", "what it looks like: `GitHub token`"),
];

const DRILL: &[(&str, &str)] = &[
    ("key", "the key's name"),
    ("key.title", "what people call it, or its name"),
    ("drill.result", "`done`, `failed` or `stopped`"),
    ("drill.who", "who did it"),
    ("drill.took", "how long it took: `4 min 05 s`"),
    ("drill.seconds", "the same in seconds"),
    ("drill.slow", "over five minutes: `yes` or `no`"),
    ("drill.days-ago", "days since then"),
    ("drill.ago", "the same in words: `today`, `12 days ago`"),
    ("drill.old", "more than a quarter ago: `yes` or `no`"),
];
