//! A receiver of webhooks on a port of this machine, which answers as it is told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// How a request is answered.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A status line with headers, and a body: `("429 Too Many Requests\r\nretry-after: 1", "slow")`.
    Status(&'static str, &'static str),
    /// Not at all, while the connection stays open.
    Hang,
    /// The connection is closed.
    Close,
}

/// A receiver; it answers 200 when it has not been told otherwise.
pub(crate) struct Receiver {
    url: String,
    requests: mpsc::Receiver<serde_json::Value>,
    task: JoinHandle<()>,
}

/// A port that refuses connections until somebody listens there.
pub(crate) struct Reserved {
    socket: TcpSocket,
    address: SocketAddr,
}

impl Reserved {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        Self { socket, address }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/services/T0/B0/secret", self.address)
    }

    /// Begins to answer.
    pub(crate) fn listen(self, runtime: &Handle, answers: Vec<Answer>) -> Receiver {
        let url = self.url();
        let (tell, requests) = mpsc::channel();
        let listener = {
            let _inside = runtime.enter();
            self.socket.listen(64).unwrap()
        };
        let answers = Arc::new(parking_lot::Mutex::new(VecDeque::from(answers)));
        let task = runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, tell.clone(), Arc::clone(&answers)));
            }
        });
        Receiver { url, requests, task }
    }
}

impl Receiver {
    pub(crate) fn start(runtime: &Handle, answers: Vec<Answer>) -> Self {
        Reserved::new().listen(runtime, answers)
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// The next request's body.
    pub(crate) fn next(&self) -> serde_json::Value {
        self.requests.recv_timeout(Duration::from_secs(20)).expect("a request within 20 s")
    }

    /// The text of the next message, with its colour.
    pub(crate) fn next_text(&self) -> (String, String) {
        let body = self.next();
        let attachment = &body["attachments"][0];
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        (text(&attachment["color"]), text(&attachment["text"]))
    }

    /// Whether nothing has come that was not asked for.
    pub(crate) fn is_quiet(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    tell: mpsc::Sender<serde_json::Value>,
    answers: Arc<parking_lot::Mutex<VecDeque<Answer>>>,
) {
    let Some(body) = read_body(&mut stream).await else { return };
    let answer = answers.lock().pop_front().unwrap_or(Answer::Status("200 OK", "ok"));
    // The test may be over.
    let _ = tell.send(serde_json::from_slice(&body).unwrap());
    match answer {
        Answer::Status(head, body) => {
            let length = body.len();
            let text =
                format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Answer::Hang => std::future::pending().await,
        Answer::Close => {}
    }
}

/// The body of the one request on a connection; none when the client went away.
async fn read_body(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let head_end = bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
        if let Some(head_end) = head_end {
            let head = String::from_utf8_lossy(&bytes[..head_end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            let length: usize = length.trim().parse().unwrap();
            if bytes.len() >= head_end + length {
                return Some(bytes[head_end..head_end + length].to_vec());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
