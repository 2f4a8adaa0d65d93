//! How fast pages are asked for: at full speed, or at a speed that AWS told, until it says that it is too fast.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

/// The first pause after a throttled call.
const FIRST: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(8);
/// A shorter pause is none.
const SHORTEST: Duration = Duration::from_millis(50);

/// The pause before the next page, shared by all calls.
#[derive(Debug, Default)]
pub(super) struct Pace(Cell<Duration>);

/// Two calls in any second, wherever AWS starts to count: the next but one starts a second after an answer.
#[derive(Debug, Default)]
pub(super) struct Beat(Cell<[Option<Instant>; 2]>);

/// A little more than a second: clocks differ.
const SECOND: Duration = Duration::from_millis(1_020);

impl Beat {
    /// Waits until the next call may start.
    pub(super) async fn wait(&self) {
        if let [Some(before), _] = self.0.get() {
            tokio::time::sleep_until(before + SECOND).await;
        }
    }

    /// A call was answered.
    pub(super) fn done(&self) {
        let [_, last] = self.0.get();
        self.0.set([last, Some(Instant::now())]);
    }
}

impl Pace {
    /// Waits as long as is fit now.
    pub(super) async fn wait(&self) {
        let pause = self.0.get();
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    /// Learns from one answer: twice as slow after one that was throttled, a quarter faster after others.
    pub(super) fn learn(&self, throttled: bool) {
        let pause = self.0.get();
        let next = match throttled {
            true => (pause * 2).clamp(FIRST, LONGEST),
            false => pause * 3 / 4,
        };
        self.0.set(if next < SHORTEST { Duration::ZERO } else { next });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_slows_down_and_answers_speed_up_again() {
        let pace = Pace::default();
        pace.learn(false);
        assert_eq!(pace.0.get(), Duration::ZERO);
        for _ in 0..10 {
            pace.learn(true);
        }
        assert_eq!(pace.0.get(), LONGEST);
        for _ in 0..30 {
            pace.learn(false);
        }
        assert_eq!(pace.0.get(), Duration::ZERO);
    }
}
