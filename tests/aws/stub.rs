//! A stand-in for AWS that answers what a test says: bodies that no server sends, silence, broken connections.
#![expect(clippy::disallowed_types, reason = "the stand-in, on loopback")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Longer than any test.
const SILENCE: Duration = Duration::from_secs(100);

/// What is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status and a body.
    Body(u16, Vec<u8>),
    /// The head, and a part of the body that it promises.
    Cut(Vec<u8>),
    /// Nothing, for as long as the test lasts.
    Silence,
    /// The connection ends.
    Close,
}

impl Reply {
    pub fn ok(body: &str) -> Self {
        Self::Body(200, body.as_bytes().to_vec())
    }

    /// An error as IAM and STS write it.
    pub fn error(status: u16, code: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>m</Message></Error></ErrorResponse>"
        );
        Self::Body(status, body.into_bytes())
    }
}

/// The stand-in.
pub struct Stub {
    pub endpoint: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Answers each call by its action's name and its form.
    pub fn new(answer: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, noted) = (Arc::new(answer), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, noted) = (Arc::clone(&answer), Arc::clone(&noted));
                thread::spawn(move || {
                    let _ = serve(stream, &*answer, &noted);
                });
            }
        });
        Self { endpoint, asked }
    }

    /// Answers `GetCallerIdentity` as AWS does, and leaves the rest to the test.
    pub fn with_identity(answer: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) -> Self {
        Self::new(move |action, form| match action {
            "GetCallerIdentity" => Reply::ok(IDENTITY),
            _ => answer(action, form),
        })
    }

    /// The actions that were asked.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("a list").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &(dyn Fn(&str, &str) -> Reply + Send + Sync),
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let (head, form) = request(&mut stream)?;
    let field = |name: &str| {
        let prefix = format!("{name}=");
        form.split('&').find_map(|part| part.strip_prefix(prefix.as_str())).unwrap_or_default().to_owned()
    };
    // Services that speak JSON name the action in the head: `X-Amz-Target: AmazonSSM.GetParameter`.
    let target = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("x-amz-target").then(|| value.trim().rsplit('.').next().unwrap_or_default())
    });
    let action = match target.map_or_else(|| field("Action"), str::to_owned) {
        none if none.is_empty() => head.split(' ').nth(1).unwrap_or_default().to_owned(),
        action => action,
    };
    asked.lock().expect("a list").push(action.clone());
    let start = |status: u16, length: usize| {
        format!(
            "HTTP/1.1 {status} X\r\nContent-Type: text/xml\r\nx-amzn-RequestId: 1-2\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    match answer(&action, &form) {
        Reply::Body(status, body) => {
            stream.write_all(start(status, body.len()).as_bytes())?;
            stream.write_all(&body)
        }
        Reply::Cut(body) => {
            stream.write_all(start(200, body.len() + 1000).as_bytes())?;
            stream.write_all(&body)
        }
        Reply::Silence => {
            thread::sleep(SILENCE);
            Ok(())
        }
        Reply::Close => Ok(()),
    }
}

/// The head and the body of a request.
fn request(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
    let mut read = Vec::new();
    let mut piece = [0; 8192];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Ok((head.to_owned(), body.to_owned()));
            }
        }
        match stream.read(&mut piece)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => read.extend_from_slice(&piece[..count]),
        }
    }
}

pub const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
<Arn>arn:aws:iam::123456789012:user/auditor</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>123456789012</Account>\
</GetCallerIdentityResult><ResponseMetadata><RequestId>1-2</RequestId></ResponseMetadata></GetCallerIdentityResponse>";

/// Answers of an account with nothing in it.
pub fn quiet(action: &str) -> Reply {
    let result = match action {
        "GenerateCredentialReport" => "<State>COMPLETE</State>",
        // user,arn
        "GetCredentialReport" => {
            "<Content>dXNlcixhcm4K</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>2026-01-31T09:00:00Z</GeneratedTime>"
        }
        "GetAccountSummary" => "<SummaryMap><entry><key>Users</key><value>0</value></entry></SummaryMap>",
        "ListVirtualMFADevices" => "<VirtualMFADevices/><IsTruncated>false</IsTruncated>",
        "GetAccountAuthorizationDetails" => "<IsTruncated>false</IsTruncated><UserDetailList/>",
        "GetAccountPasswordPolicy" => return Reply::error(404, "NoSuchEntity"),
        "ListOrganizationsFeatures" => return Reply::error(400, "OrganizationNotFoundException"),
        other => panic!("nobody asks for {other}"),
    };
    Reply::ok(&format!("<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"))
}
