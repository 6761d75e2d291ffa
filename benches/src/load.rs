//! Sends prepared bodies as fast as a server takes them.

use crate::bodies::Bodies;
use crate::client::{Client, Reply, Request};
use crate::limits::RETRIES_MAX;
use anyhow::bail;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What a load came to.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// From the first byte to the last acknowledgement.
    pub(crate) wall: Duration,
    /// From the first byte of each accepted write to its acknowledgement.
    pub(crate) acks: Vec<Duration>,
    /// Writes that the server asked to be sent again.
    pub(crate) retry_count: usize,
}

/// Sends all bodies over so many connections, each of which takes the next body when it is free.
pub(crate) fn load(
    address: SocketAddr,
    target: &str,
    bodies: &Bodies,
    connections: usize,
) -> anyhow::Result<Load> {
    let request = Request { gzip: bodies.gzip(), ..Request::post(target) };
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..connections).map(|_| scope.spawn(|| send_bodies(address, &request, bodies, &next))).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).collect::<Vec<_>>()
    });
    let mut load = Load { wall: start.elapsed(), ..Load::default() };
    for part in parts {
        let part = part?;
        load.acks.extend(part.acks);
        load.retry_count += part.retry_count;
    }
    Ok(load)
}

fn send_bodies(
    address: SocketAddr,
    request: &Request,
    bodies: &Bodies,
    next: &AtomicUsize,
) -> anyhow::Result<Load> {
    let (mut client, mut load, mut body) = (Client::new(address), Load::default(), Vec::new());
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= bodies.len() {
            return Ok(load);
        }
        bodies.read(index, &mut body)?;
        send_body(&mut client, request, &body, &mut load)?;
    }
}

/// Sends one body until it is taken.
fn send_body(client: &mut Client, request: &Request, body: &[u8], load: &mut Load) -> anyhow::Result<()> {
    for _ in 0..RETRIES_MAX {
        let start = Instant::now();
        let reply = client.send(request, body)?;
        match reply.status {
            200 | 204 => {
                load.acks.push(start.elapsed());
                return Ok(());
            }
            500 | 503 if is_overload(&reply) => {
                load.retry_count += 1;
                std::thread::sleep(Duration::from_secs(1));
            }
            status => bail!("a write was answered with {status}: {}", reply.text()),
        }
    }
    bail!("a write was put off {RETRIES_MAX} times in a row")
}

/// Whether the write may be sent again: the server said so, or in one of InfluxDB's texts.
fn is_overload(reply: &Reply) -> bool {
    let text = reply.text();
    reply.status == 503
        || ["cache maximum memory size", "cache-max-memory-size", "timeout"]
            .iter()
            .any(|part| text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, expected: bool) {
        assert_eq!(is_overload(&Reply { status, body: body.into() }), expected, "{status} {body}");
    }

    #[test]
    fn only_what_may_pass_by_itself_is_sent_again() {
        check(503, "", true);
        check(500, r#"{"error":"engine: cache-max-memory-size exceeded: (2/1)"}"#, true);
        check(500, r#"{"error":"timeout"}"#, true);
        check(500, r#"{"error":"no space left on device"}"#, false);
    }
}
