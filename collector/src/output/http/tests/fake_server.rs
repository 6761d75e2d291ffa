//! A server that answers as it is told and remembers what it was asked.

use flate2::read::GzDecoder;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: &'static str,
    pub(super) body: &'static str,
    pub(super) hangs: bool,
}

impl Answer {
    pub(super) const fn json(status: u16, body: &'static str) -> Self {
        Self { status, headers: "", body, hangs: false }
    }

    /// None at all.
    pub(super) const fn hang() -> Self {
        Self { hangs: true, ..Self::json(0, "") }
    }

    fn text(&self) -> String {
        let length = if self.status == 204 {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", self.body.len())
        };
        format!("HTTP/1.1 {} X\r\n{}{length}\r\n{}", self.status, self.headers, self.body)
    }
}

/// One request, its body unpacked.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) line: String,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }
}

#[derive(Debug, Default)]
struct Shared {
    answers: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
}

/// The server; it ends when it is dropped.
#[derive(Debug)]
pub(super) struct FakeServer {
    pub(super) url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl FakeServer {
    pub(super) async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared { answers: Mutex::new(answers.into()), ..Shared::default() });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { url, shared, task }
    }

    /// An address where nobody listens.
    pub(super) async fn free_url() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(serve(stream, Arc::clone(&shared)));
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await {
        shared.requests.lock().push(request);
        let answer = shared.answers.lock().pop_front().unwrap_or(Answer::json(500, "no answer is left"));
        if answer.hangs {
            std::future::pending::<()>().await;
        }
        if stream.get_mut().write_all(answer.text().as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let line = read_line(stream).await.filter(|line| !line.is_empty())?;
    let mut headers = Vec::new();
    while let Some((key, value)) = read_line(stream).await?.split_once(": ") {
        headers.push((key.to_ascii_lowercase(), value.to_owned()));
    }
    let mut request = Request { line, headers, body: String::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    request.body = if request.header("content-encoding") == Some("gzip") {
        let mut text = String::new();
        GzDecoder::new(&*body).read_to_string(&mut text).unwrap();
        text
    } else {
        String::from_utf8(body).unwrap()
    };
    Some(request)
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    Some(line.trim_end().to_owned())
}
