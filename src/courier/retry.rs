//! Tries again where that can help, a little later each time, and never beyond the deadline.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::Parcel;
use super::client::Client;
use crate::notify::Verdict;

/// Tries of one message in one run; what is left stays for the next run.
const TRIES: u32 = 4;
/// The pause after the first one; each next one is twice as long.
const FIRST: Duration = Duration::from_millis(500);
/// Who wants to be left alone for longer is asked again by the next run.
const LONGEST: Duration = Duration::from_secs(15);

/// Delivers a message, or tells why it could not be.
pub(super) async fn deliver(
    client: &Client,
    parcel: &Parcel,
    attempt: Duration,
    deadline: Instant,
) -> Result<(), String> {
    let mut reason = "there was no time left".to_owned();
    for number in 0..TRIES {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let tried = client.attempt(parcel, attempt.min(left)).await;
        reason = match tried.verdict {
            Verdict::Taken => return Ok(()),
            Verdict::Never(reason) => return Err(reason),
            Verdict::Later(reason) => reason,
        };
        let pause = tried.after.unwrap_or_else(|| backed_off(number, noise()));
        let left = deadline.saturating_duration_since(Instant::now());
        if number + 1 == TRIES || pause > LONGEST || pause >= left {
            break;
        }
        sleep(pause).await;
    }
    Err(reason)
}

/// Between half of the step and the whole: who failed together does not come back together.
fn backed_off(number: u32, noise: u32) -> Duration {
    let step = FIRST * 2_u32.saturating_pow(number);
    step / 2 + (step / 2).mul_f64(f64::from(noise % 1_000) / 1_000.0)
}

/// Good enough to spread tries.
fn noise() -> u32 {
    Timestamp::now().subsec_nanosecond().unsigned_abs() ^ std::process::id().rotate_left(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow() {
        for (number, least, most) in [(0, 250, 500), (1, 500, 1_000), (2, 1_000, 2_000)] {
            for noise in [0, 1, 500, 999, u32::MAX] {
                let pause = backed_off(number, noise).as_millis();
                assert!((least..=most).contains(&pause), "{number} {pause}");
            }
        }
    }
}
