//! Asks the queries of one kind, one after another on one connection, and takes the time.

use crate::client::{Client, Request};
use crate::limits::{ANSWERS_KEPT, QUERY_REPEATS_MIN, QUERY_TIME_MAX, QUERY_WARM_UPS};
use crate::system::Server;
use anyhow::ensure;
use std::time::{Duration, Instant};

/// What one kind of query came to.
#[derive(Debug, Default)]
pub(crate) struct Latency {
    /// The median from the first byte sent to the last byte received.
    pub(crate) median: Duration,
    /// The server's processor time per query.
    pub(crate) cpu: Duration,
    /// How many the median is of.
    pub(crate) count: usize,
    /// How many answers held no value.
    pub(crate) empty_count: usize,
    /// The first answers, for a comparison.
    pub(crate) answers: Vec<Vec<u8>>,
}

/// Asks all requests, fewer if they are slow.
pub(crate) fn ask(server: &Server, requests: &[Request]) -> anyhow::Result<Latency> {
    let mut client = server.client();
    for request in requests.iter().rev().take(QUERY_WARM_UPS) {
        ask_one(&mut client, request)?;
    }
    let (mut latency, mut times) = (Latency::default(), Vec::new());
    let (start, cpu_start) = (Instant::now(), server.process.cpu_of_threads()?);
    for request in requests {
        if start.elapsed() > QUERY_TIME_MAX && times.len() >= QUERY_REPEATS_MIN {
            break;
        }
        let asked = Instant::now();
        let answer = ask_one(&mut client, request)?;
        times.push(asked.elapsed());
        latency.empty_count += usize::from(!holds_values(&answer));
        if latency.answers.len() < ANSWERS_KEPT {
            latency.answers.push(answer);
        }
    }
    let cpu = server.process.cpu_of_threads()?.saturating_sub(cpu_start);
    latency.count = times.len();
    latency.cpu = cpu / u32::try_from(times.len().max(1))?;
    latency.median = quantile(&mut times, 0.5);
    Ok(latency)
}

fn ask_one(client: &mut Client, request: &Request) -> anyhow::Result<Vec<u8>> {
    let reply = client.send(request, b"")?;
    ensure!(
        matches!(reply.status, 200 | 204),
        "{} was answered with {}: {}",
        request.target,
        reply.status,
        reply.text()
    );
    Ok(reply.body)
}

/// Whether an answer has a series with values: InfluxQL and MetricsQL spell that the same.
fn holds_values(answer: &[u8]) -> bool {
    const KEY: &[u8] = b"\"values\":";
    answer.windows(KEY.len()).any(|piece| piece == KEY)
}

/// The time that a share of all times does not exceed; zero of none.
#[expect(clippy::cast_possible_truncation, reason = "an index below the length")]
pub(crate) fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    let index = (times.len() as f64 * share) as usize;
    times.get(index.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_series_is_seen() {
        assert!(!holds_values(br#"{"results":[{"statement_id":0}]}"#));
        assert!(!holds_values(br#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#));
        assert!(holds_values(br#"{"results":[{"series":[{"name":"cpu","values":[[0,1]]}]}]}"#));
    }

    #[test]
    fn quantiles_are_of_the_sorted_times() {
        let mut times: Vec<_> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!(quantile(&mut times, 0.5), Duration::from_millis(51));
        assert_eq!(quantile(&mut times, 0.99), Duration::from_millis(100));
        assert_eq!(quantile(&mut times[..1], 0.5), Duration::from_millis(1));
        assert_eq!(quantile(&mut [], 0.5), Duration::ZERO);
    }
}
