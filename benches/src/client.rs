//! A blocking HTTP/1.1 client on one keep-alive connection.
//!
//! It is written out so that the client costs next to nothing on a machine that it shares with the
//! server under test, and so that a latency is from the first byte sent to the last byte received. It
//! reads what the three servers send: bodies with a length, chunked bodies, and none.

use crate::limits::{HEAD_LINE_BYTES_MAX, HEAD_LINES_MAX, REPLY_BYTES_MAX, REQUEST_MAX};
use anyhow::{Context as _, bail, ensure};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What to ask: the words before a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// `GET` or `POST`.
    pub(crate) method: &'static str,
    /// Path and query string.
    pub(crate) target: String,
    /// Whether the body is compressed.
    pub(crate) gzip: bool,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status code.
    pub(crate) status: u16,
    /// The body, without the framing.
    pub(crate) body: Vec<u8>,
}

/// A connection that is opened again when the server closes it between two answers.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

/// What the head of an answer says about its body.
#[derive(Debug, Default)]
struct Head {
    status: u16,
    content_bytes: Option<usize>,
    chunked: bool,
    closes: bool,
}

impl Request {
    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self { method: "GET", target: target.into(), gzip: false }
    }

    pub(crate) fn post(target: impl Into<String>) -> Self {
        Self { method: "POST", target: target.into(), gzip: false }
    }

    fn head(&self, address: SocketAddr, body_bytes: usize) -> String {
        let Self { method, target, .. } = self;
        let encoding = if self.gzip { "Content-Encoding: gzip\r\n" } else { "" };
        let kind = if body_bytes > 0 { "Content-Type: text/plain\r\n" } else { "" };
        let length =
            if *method == "POST" { format!("Content-Length: {body_bytes}\r\n") } else { String::new() };
        format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\n{kind}{encoding}{length}\r\n")
    }
}

impl Reply {
    /// The body as text, whatever it is.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    /// A client that connects with its first request.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Sends a request and reads the answer.
    pub(crate) fn send(&mut self, request: &Request, body: &[u8]) -> anyhow::Result<Reply> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.address)?,
        };
        stream.get_mut().write_all(request.head(self.address, body.len()).as_bytes())?;
        stream.get_mut().write_all(body)?;
        let head = read_head(&mut stream).context("reading the head of an answer")?;
        let body = read_body(&mut stream, &head).context("reading the body of an answer")?;
        if !head.closes {
            self.stream = Some(stream);
        }
        Ok(Reply { status: head.status, body })
    }
}

fn connect(address: SocketAddr) -> anyhow::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))
        .with_context(|| format!("connecting to {address}"))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(REQUEST_MAX))?;
    stream.set_write_timeout(Some(REQUEST_MAX))?;
    Ok(BufReader::with_capacity(64 << 10, stream))
}

fn read_head(stream: &mut BufReader<TcpStream>) -> anyhow::Result<Head> {
    let status_line = read_line(stream)?;
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.with_context(|| format!("expected a status line, found {status_line:?}"))?;
    let mut head = Head { status, ..Head::default() };
    for _ in 0..HEAD_LINES_MAX {
        let line = read_line(stream)?;
        if line.is_empty() {
            return Ok(head);
        }
        head.read_header(&line)?;
    }
    bail!("more than {HEAD_LINES_MAX} header lines")
}

impl Head {
    fn read_header(&mut self, line: &str) -> anyhow::Result<()> {
        let (name, value) = line.split_once(':').with_context(|| format!("not a header: {line:?}"))?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => self.content_bytes = Some(value.parse()?),
            "transfer-encoding" => self.chunked = value.eq_ignore_ascii_case("chunked"),
            "connection" => self.closes = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
        Ok(())
    }
}

fn read_body(stream: &mut BufReader<TcpStream>, head: &Head) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    match (head.status, head.chunked, head.content_bytes) {
        (204 | 304, ..) => {}
        (_, true, _) => while read_chunk(stream, &mut body)? {},
        (_, false, Some(bytes)) => read_exactly(stream, bytes, &mut body)?,
        (_, false, None) => bail!("an answer without a length"),
    }
    Ok(body)
}

/// Appends the next chunk; false after the last one.
fn read_chunk(stream: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> anyhow::Result<bool> {
    let size = read_line(stream)?;
    let digits = size.split(';').next().unwrap_or_default().trim();
    let bytes = usize::from_str_radix(digits, 16).with_context(|| format!("not a chunk size: {size:?}"))?;
    if bytes > 0 {
        read_exactly(stream, bytes, body)?;
    }
    let end = read_line(stream)?;
    ensure!(end.is_empty(), "expected the end of a chunk, found {end:?}");
    Ok(bytes > 0)
}

fn read_exactly(stream: &mut BufReader<TcpStream>, bytes: usize, body: &mut Vec<u8>) -> anyhow::Result<()> {
    let start = body.len();
    let end = start.saturating_add(bytes);
    ensure!(end <= REPLY_BYTES_MAX, "an answer of more than {REPLY_BYTES_MAX} bytes");
    body.resize(end, 0);
    stream.read_exact(&mut body[start..])?;
    Ok(())
}

/// A line without its end.
fn read_line(stream: &mut BufReader<TcpStream>) -> anyhow::Result<String> {
    let mut line = String::new();
    let bytes = stream.by_ref().take(HEAD_LINE_BYTES_MAX).read_line(&mut line)?;
    ensure!(bytes > 0, "the server closed the connection");
    ensure!(line.ends_with('\n'), "a header line of more than {HEAD_LINE_BYTES_MAX} bytes");
    Ok(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests;
