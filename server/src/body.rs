//! Reading a request's body: bounded in bytes, in time and in memory, before and after inflating.

use crate::blocking;
use crate::error::ApiError;
use crate::limits;
use axum::body::Body;
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use model::{Budget, BudgetExceeded, Lease, Share};
use std::io::{ErrorKind, Read};
use tokio::time::{Instant, timeout, timeout_at};

/// Longer gzip bodies are inflated on a thread of their own: they may come to a thousand times their size.
const INLINE_GZIP_BYTES_MAX: usize = 16 * 1024;

/// A whole body and the lease that pays for it.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) bytes: Vec<u8>,
    pub(crate) lease: Lease,
}

/// The most bytes that a body may have, on the wire and inflated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    pub(crate) wire: usize,
    pub(crate) inflated: usize,
}

impl BodyLimits {
    pub(crate) const WRITE: Self =
        Self { wire: limits::BODY_BYTES_MAX, inflated: limits::INFLATED_BYTES_MAX };
    pub(crate) const FORM: Self = Self { wire: limits::QUERY_BYTES_MAX, inflated: limits::QUERY_BYTES_MAX };
}

/// Reads `body` to its end, inflated when the headers say that it is gzip.
pub(crate) async fn read(
    body: Body,
    headers: &HeaderMap,
    budget: &Budget,
    max: BodyLimits,
) -> Result<Payload, ApiError> {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max.wire) {
        return Err(too_large());
    }
    let wire = collect(body, announced.unwrap_or(0), budget, max.wire).await?;
    match headers.get(header::CONTENT_ENCODING).map(http::HeaderValue::as_bytes) {
        Some(b"gzip" | b"x-gzip") if wire.bytes.len() <= INLINE_GZIP_BYTES_MAX => {
            inflate(&wire.bytes, budget, max.inflated)
        }
        Some(b"gzip" | b"x-gzip") => {
            let budget = budget.clone();
            blocking::on_a_thread(move || inflate(&wire.bytes, &budget, max.inflated)).await?
        }
        None | Some(b"" | b"identity") => Ok(wire),
        Some(other) => Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!(
                "content encoding {:?} is not supported, use gzip or identity",
                String::from_utf8_lossy(other)
            ),
        )),
    }
}

async fn collect(mut body: Body, announced: usize, budget: &Budget, max: usize) -> Result<Payload, ApiError> {
    let lease = budget.lease(Share::Body, announced).map_err(|error| over_budget(&error))?;
    let mut payload = Payload { bytes: Vec::with_capacity(announced), lease };
    let deadline = Instant::now() + limits::BODY_TIMEOUT;
    loop {
        let frame = timeout_at(deadline, timeout(limits::BODY_PAUSE_MAX, body.frame()));
        let frame = match frame.await {
            Ok(Ok(Some(frame))) => frame.map_err(|error| ApiError::bad_request(error.to_string()))?,
            Ok(Ok(None)) => return Ok(payload),
            Ok(Err(_)) | Err(_) => {
                return Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "request body took too long"));
            }
        };
        let Some(data) = frame.data_ref() else { continue };
        if payload.bytes.len() + data.len() > max {
            return Err(too_large());
        }
        payload.append(data)?;
    }
}

impl Payload {
    fn append(&mut self, data: &[u8]) -> Result<(), ApiError> {
        let needed = self.bytes.len() + data.len();
        if needed > self.lease.bytes() {
            let more = needed.max(2 * self.lease.bytes()) - self.lease.bytes();
            self.lease.grow(more).map_err(|error| over_budget(&error))?;
            self.bytes.reserve_exact(self.lease.bytes() - self.bytes.len());
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }
}

fn inflate(wire: &[u8], budget: &Budget, max: usize) -> Result<Payload, ApiError> {
    let guess = (wire.len() * 4).min(max);
    let lease = budget.lease(Share::Body, guess).map_err(|error| over_budget(&error))?;
    let mut payload = Payload { bytes: Vec::with_capacity(guess), lease };
    let mut decoder = MultiGzDecoder::new(wire);
    let mut piece = [0; 32 * 1024];
    loop {
        match decoder.read(&mut piece) {
            Ok(0) => return Ok(payload),
            Ok(count) if payload.bytes.len() + count > max => return Err(too_large()),
            Ok(count) => payload.append(&piece[..count])?,
            Err(error) => {
                return Err(ApiError::bad_request(gzip_error(&error, wire.len(), payload.bytes.len())));
            }
        }
    }
}

/// InfluxDB's words, which are those of Go's library.
fn gzip_error(error: &std::io::Error, wire_len: usize, inflated_len: usize) -> String {
    match (error.kind(), wire_len, inflated_len) {
        (ErrorKind::UnexpectedEof, 0, _) => "EOF".to_owned(),
        (ErrorKind::UnexpectedEof, ..) => "unexpected EOF".to_owned(),
        (ErrorKind::InvalidInput, _, 0) => "gzip: invalid header".to_owned(),
        _ => format!("gzip: {error}"),
    }
}

fn too_large() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

fn over_budget(error: &BudgetExceeded) -> ApiError {
    ApiError::unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    async fn read_gzip(bytes: Vec<u8>, budget: &Budget, max: BodyLimits) -> Result<Payload, ApiError> {
        let headers = [(header::CONTENT_ENCODING, "gzip".parse().unwrap())].into_iter().collect();
        read(Body::from(bytes), &headers, budget, max).await
    }

    #[tokio::test]
    async fn a_gzip_body_is_inflated_and_its_memory_is_given_back() {
        let budget = Budget::new(1 << 20);
        let payload = read_gzip(gzip(b"cpu v=1"), &budget, BodyLimits::WRITE).await.unwrap();
        assert_eq!(payload.bytes, b"cpu v=1");
        assert!(budget.used() >= 7);
        drop(payload);
        assert_eq!(budget.used(), 0);
    }

    #[tokio::test]
    async fn a_bomb_a_torn_stream_and_a_poor_budget_are_refused() {
        let zeros = gzip(&vec![0; 1 << 20]);
        let max = BodyLimits { wire: 1 << 20, inflated: 1 << 16 };
        let rich = Budget::new(1 << 30);
        assert_eq!(read_gzip(zeros.clone(), &rich, max).await.unwrap_err().status, 413);
        assert_eq!(
            read_gzip(zeros[..zeros.len() / 2].to_vec(), &rich, BodyLimits::WRITE).await.unwrap_err().status,
            400
        );
        let plain = read_gzip(b"plain text".to_vec(), &rich, max).await.unwrap_err();
        assert_eq!((plain.status.as_u16(), plain.message.as_str()), (400, "gzip: invalid header"));
        let poor = Budget::new(1 << 12);
        assert_eq!(read_gzip(zeros, &poor, BodyLimits::WRITE).await.unwrap_err().status, 503);
        assert_eq!(poor.used(), 0);
    }

    /// What a fuzzer would do first: every byte of a stream changed in several ways, and the stream cut everywhere.
    #[test]
    fn a_damaged_stream_is_refused_or_inflates_within_its_bound() {
        let lines: String = (0..200).map(|n| format!("cpu,host=h{} usage={n}.5 {n}\n", n % 7)).collect();
        let whole = gzip(lines.as_bytes());
        let (budget, max) = (Budget::new(1 << 20), 1 << 16);
        let (mut inflated, mut refused) = (0, 0);
        let mut check = |wire: &[u8]| match inflate(wire, &budget, max) {
            Ok(payload) => {
                assert!(payload.bytes.len() <= max);
                inflated += 1;
            }
            Err(error) => {
                assert!(matches!(error.status.as_u16(), 400 | 413), "{}", error.message);
                refused += 1;
            }
        };
        for offset in 0..whole.len() {
            check(&whole[..offset]);
            for pattern in [0x01, 0x04, 0x80, 0xff] {
                let mut wire = whole.clone();
                wire[offset] ^= pattern;
                check(&wire);
                wire.extend_from_slice(&whole);
                check(&wire);
            }
        }
        assert_eq!(budget.used(), 0);
        assert!(refused > 1000 && inflated > 0, "{refused} refused, {inflated} inflated");
    }
}
