//! The client against a server that plays back fixed answers.

use super::{Client, Request};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

/// Serves one connection per list, one answer per request; gives back all that was asked.
fn play(connections: Vec<Vec<&'static str>>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let player = std::thread::spawn(move || {
        let mut asked = String::new();
        for answers in connections {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in answers {
                let mut piece = [0; 4096];
                let count = stream.read(&mut piece).unwrap();
                asked.push_str(std::str::from_utf8(&piece[..count]).unwrap());
                stream.write_all(answer.as_bytes()).unwrap();
            }
        }
        asked
    });
    (address, player)
}

#[test]
fn bodies_with_a_length_in_chunks_and_without_any_follow_each_other_on_one_connection() {
    let (address, player) = play(vec![vec![
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ]]);
    let mut client = Client::new(address);
    let mut ask =
        || client.send(&Request::get("/ping"), b"").map(|reply| (reply.status, reply.text())).unwrap();
    assert_eq!(ask(), (200, "hello".to_owned()));
    assert_eq!(ask(), (200, "abcde".to_owned()));
    assert_eq!(ask(), (204, String::new()));
    assert_eq!(player.join().unwrap().matches("GET /ping HTTP/1.1\r\n").count(), 3);
}

#[test]
fn a_connection_that_the_server_closes_is_opened_again() {
    let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let (address, player) = play(vec![vec![answer], vec![answer]]);
    let mut client = Client::new(address);
    for _ in 0..2 {
        assert_eq!(client.send(&Request::get("/"), b"").unwrap().status, 200);
    }
    player.join().unwrap();
}

#[test]
fn a_posted_body_is_sent_with_its_length_and_encoding() {
    let head = Request { gzip: true, ..Request::post("/write?db=x") }.head("127.0.0.1:1".parse().unwrap(), 3);
    let expected = "POST /write?db=x HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Type: text/plain\r\n\
                    Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n";
    assert_eq!(head, expected);
}

#[test]
fn an_answer_that_is_no_http_or_ends_early_is_an_error() {
    for answer in
        ["", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", "HTTP/1.1 200 OK\r\n\r\n"]
    {
        let (address, player) = play(vec![vec![answer]]);
        assert!(Client::new(address).send(&Request::get("/"), b"").is_err(), "{answer:?}");
        player.join().unwrap();
    }
}
