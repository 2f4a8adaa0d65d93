//! What an answer means. Its text is somebody else's and never repeated; only a code that is plainly one is.

use serde::Deserialize;

/// A longer code is none.
const MOST_CODE: usize = 80;

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken.
    Taken,
    /// It was not, and could be later.
    Later(String),
    /// It was not, and will not be as it is.
    Never(String),
}

/// What a status means where nothing else does.
pub fn by_status(status: u16, _: &[u8]) -> Verdict {
    match status {
        200..=299 => Verdict::Taken,
        408 | 425 | 429 | 500..=599 => Verdict::Later(format!("it said {status}")),
        300..=399 => Verdict::Never(format!("it said {status}, and redirects are not followed")),
        _ => Verdict::Never(format!("it said {status}")),
    }
}

/// SNS: an error has its code in XML.
pub fn sns(status: u16, body: &[u8]) -> Verdict {
    if status < 300 {
        return Verdict::Taken;
    }
    let text = String::from_utf8_lossy(body);
    let code =
        text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    refused(status, code)
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    kind: Option<String>,
    #[serde(alias = "Code")]
    code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    failed_entry_count: u64,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    error_code: Option<String>,
}

/// `PutEvents`: it says 200, and in the body whether the event was taken.
pub fn event_bridge(status: u16, body: &[u8]) -> Verdict {
    if status >= 300 {
        return in_json(status, body);
    }
    match serde_json::from_slice::<Put>(body) {
        Ok(Put { failed_entry_count: 0, .. }) => Verdict::Taken,
        Ok(put) => refused(status, put.entries.iter().find_map(|entry| entry.error_code.as_deref())),
        Err(_) => Verdict::Later("its response cannot be parsed".to_owned()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Imported {
    failed_count: u64,
    #[serde(default)]
    failed_findings: Vec<Entry>,
}

/// `BatchImportFindings`: the same.
pub fn security_hub(status: u16, body: &[u8]) -> Verdict {
    if status >= 300 {
        return in_json(status, body);
    }
    match serde_json::from_slice::<Imported>(body) {
        Ok(Imported { failed_count: 0, .. }) => Verdict::Taken,
        Ok(some) => refused(status, some.failed_findings.iter().find_map(|one| one.error_code.as_deref())),
        Err(_) => Verdict::Later("its response cannot be parsed".to_owned()),
    }
}

fn in_json(status: u16, body: &[u8]) -> Verdict {
    let refusal = serde_json::from_slice::<Refusal>(body).ok();
    let code = refusal.as_ref().and_then(|refusal| refusal.kind.as_deref().or(refusal.code.as_deref()));
    // `com.amazon.coral.availability#ThrottlingException`
    refused(status, code.map(|code| code.rsplit('#').next().unwrap_or(code)))
}

/// AWS says 400 for what is throttled, too: the code tells.
fn refused(status: u16, code: Option<&str>) -> Verdict {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let plain = code.filter(|code| !code.is_empty() && code.len() <= MOST_CODE && code.bytes().all(fit));
    let Some(code) = plain else {
        return match by_status(status, &[]) {
            Verdict::Taken => Verdict::Never("it rejected the message".to_owned()),
            verdict => verdict,
        };
    };
    let busy = ["Throttl", "TooManyRequests", "RequestLimit", "Internal", "ServiceUnavailable", "SlowDown"];
    let later = status >= 500 || status == 429 || busy.iter().any(|word| code.contains(word));
    let reason = format!("it said {code}");
    if later { Verdict::Later(reason) } else { Verdict::Never(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn later(code: &str) -> Verdict {
        Verdict::Later(format!("it said {code}"))
    }

    fn never(code: &str) -> Verdict {
        Verdict::Never(format!("it said {code}"))
    }

    #[test]
    fn what_a_status_means() {
        let again = |status| matches!(by_status(status, &[]), Verdict::Later(_));
        assert!([408, 425, 429, 500, 502, 503, 504].into_iter().all(again));
        let never = |status| matches!(by_status(status, &[]), Verdict::Never(_));
        assert!([301, 302, 307, 400, 401, 403, 404, 410, 413, 422].into_iter().all(never));
        assert!([200, 201, 202, 204].into_iter().all(|status| by_status(status, &[]) == Verdict::Taken));
    }

    #[test]
    fn a_200_can_be_a_refusal() {
        let taken = br#"{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}"#;
        assert_eq!(event_bridge(200, taken), Verdict::Taken);
        let failed =
            br#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"m"}]}"#;
        assert_eq!(event_bridge(200, failed), later("InternalFailure"));
        let failed = br#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"NotAuthorizedForDetailType"}]}"#;
        assert_eq!(event_bridge(200, failed), never("NotAuthorizedForDetailType"));
        assert!(matches!(event_bridge(200, b"<html>"), Verdict::Later(_)));
        let taken = br#"{"FailedCount":0,"SuccessCount":1,"FailedFindings":[]}"#;
        assert_eq!(security_hub(200, taken), Verdict::Taken);
        let failed =
            br#"{"FailedCount":1,"SuccessCount":0,"FailedFindings":[{"Id":"x","ErrorCode":"InvalidInput"}]}"#;
        assert_eq!(security_hub(200, failed), never("InvalidInput"));
    }

    #[test]
    fn codes_tell_what_to_do_and_nothing_else_is_repeated() {
        let throttled = br#"{"__type":"com.amazon.coral#ThrottlingException","message":"canary"}"#;
        assert_eq!(event_bridge(400, throttled), later("ThrottlingException"));
        assert_eq!(security_hub(403, br#"{"Code":"AccessDeniedException"}"#), never("AccessDeniedException"));
        let xml =
            b"<ErrorResponse><Error><Code>NotFound</Code><Message>canary</Message></Error></ErrorResponse>";
        assert_eq!(sns(404, xml), never("NotFound"));
        assert_eq!(sns(400, b"<Code>Throttling</Code>"), later("Throttling"));
        for body in [&b"canary"[..], b"", b"<Code>can ary</Code>", b"<Code></Code>"] {
            assert_eq!(sns(403, body), Verdict::Never("it said 403".into()));
        }
        assert_eq!(sns(200, b""), Verdict::Taken);
    }
}
