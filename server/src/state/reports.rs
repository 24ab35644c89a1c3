//! How often the log says that a gateway asks wrongly: once a minute for each gateway and kind of mistake, since every client
//! of a misconfigured gateway makes it ask so. Pure: the time is a parameter.

use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

/// The time between two lines about a gateway.
const WINDOW: Duration = Duration::from_mins(1);
/// The most gateways and mistakes that are remembered at a time.
const MOST: usize = 1_000;

/// What a gateway does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mistake {
    /// It does not describe a request that can have been made.
    Description,
    /// It hands on a body that is a form for some and none for others.
    MediaType,
}

/// The lines of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Reports(HashMap<(IpAddr, Mistake), Report>);

#[derive(Debug)]
struct Report {
    at: Instant,
    left_out: u64,
}

impl Reports {
    /// Counts a mistake. Returns how many were left out before it, if a line is to be written now.
    pub(crate) fn count(&mut self, gateway: IpAddr, mistake: Mistake, now: Instant) -> Option<u64> {
        let is_over = |report: &Report| now.saturating_duration_since(report.at) >= WINDOW;
        if let Some(report) = self.0.get_mut(&(gateway, mistake)) {
            if !is_over(report) {
                report.left_out += 1;
                return None;
            }
            let left_out = report.left_out;
            *report = Report { at: now, left_out: 0 };
            return Some(left_out);
        }
        if self.0.len() >= MOST {
            self.0.retain(|_, report| !is_over(report));
        }
        if self.0.len() >= MOST {
            return None;
        }
        self.0.insert((gateway, mistake), Report { at: now, left_out: 0 });
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn gateway(number: u32) -> IpAddr {
        Ipv4Addr::from(number).into()
    }

    #[test]
    fn a_gateway_is_reported_once_a_minute_with_the_number_of_those_left_out() {
        let begin = Instant::now();
        let mut reports = Reports::default();
        let mut count =
            |seconds| reports.count(gateway(1), Mistake::Description, begin + Duration::from_secs(seconds));
        assert_eq!(count(0), Some(0));
        for second in [0, 1, 59] {
            assert_eq!(count(second), None, "{second}");
        }
        assert_eq!(count(60), Some(3));
        assert_eq!(count(119), None);
        assert_eq!(count(1000), Some(1));
    }

    #[test]
    fn gateways_and_mistakes_are_counted_apart() {
        let now = Instant::now();
        let mut reports = Reports::default();
        for gateway in [gateway(1), gateway(2)] {
            for mistake in [Mistake::Description, Mistake::MediaType] {
                assert_eq!(reports.count(gateway, mistake, now), Some(0));
                assert_eq!(reports.count(gateway, mistake, now), None);
            }
        }
    }

    #[test]
    fn a_flood_from_many_addresses_is_remembered_up_to_a_limit_and_forgotten_after_a_minute() {
        let begin = Instant::now();
        let mut reports = Reports::default();
        let written = (0..3_000)
            .filter(|number| reports.count(gateway(*number), Mistake::Description, begin).is_some());
        assert_eq!(written.count(), MOST);
        assert_eq!(reports.count(gateway(5_000), Mistake::Description, begin + WINDOW), Some(0));
        assert_eq!(reports.0.len(), 1);
    }
}
