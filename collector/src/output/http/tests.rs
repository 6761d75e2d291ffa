//! The output against a made-up server on loopback.

mod fake_server;

use super::*;
use crate::config::Config;
use fake_server::{Answer, FakeServer};
use std::path::Path;
use std::time::Duration;

const LINES: &str = "cpu,host=a v=1 1700000000000000000\ncpu,host=a v=2 1700000010000000000\n";

const CREATED: Answer = Answer::json(200, r#"{"results":[{"statement_id":0}]}"#);
const WRITTEN: Answer = Answer::json(204, "");

fn output(urls: &[&str], settings: &str) -> HttpOutput {
    let text = format!("[[outputs.influxdb]]\nurls = {urls:?}\n{settings}");
    let config = Config::from_toml(&text, Path::new("test.toml")).unwrap();
    HttpOutput::new(&config.outputs[0], 1).unwrap()
}

/// Writes one batch to a server that answers so.
async fn write(settings: &str, answers: Vec<Answer>) -> (std::result::Result<(), WriteError>, FakeServer) {
    let server = FakeServer::start(answers).await;
    let outcome = output(&[&server.url], settings).write(&Batch::new(LINES.to_owned())).await;
    (outcome, server)
}

#[tokio::test]
async fn the_database_is_created_once_and_batches_are_gzipped() {
    let server = FakeServer::start(vec![CREATED, WRITTEN, WRITTEN]).await;
    let output = output(&[&format!("{}/sub/", server.url)], "retention_policy = \"week\"");
    output.write(&Batch::new(LINES.to_owned())).await.unwrap();
    output.write(&Batch::new("b v=3 5\n".to_owned())).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].line, "POST /sub/query HTTP/1.1");
    assert_eq!(requests[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(requests[0].body, "q=CREATE+DATABASE+%22telegraf%22");
    assert_eq!(requests[1].line, "POST /sub/write?db=telegraf&rp=week HTTP/1.1");
    assert_eq!(requests[1].header("content-encoding"), Some("gzip"));
    assert_eq!(requests[1].header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(requests[1].header("user-agent").unwrap().starts_with("vigie/"));
    assert_eq!(requests[1].body, LINES);
    assert_eq!(requests[2].body, "b v=3 5\n");
    assert_eq!(server.connections(), 1, "the connection is kept");
}

#[tokio::test]
async fn user_and_password_go_into_a_header() {
    let settings = "username = \"u\"\npassword = \"p\"\ncontent_encoding = \"identity\"\nskip_database_creation = true\n\
        [outputs.influxdb.http_headers]\nX-Tenant = \"7\"";
    let (outcome, server) = write(settings, vec![WRITTEN]).await;
    outcome.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("authorization"), Some("Basic dTpw"));
    assert_eq!(request.header("x-tenant"), Some("7"));
    assert_eq!(request.header("content-encoding"), None);
    assert_eq!(request.body, LINES);
}

#[tokio::test]
async fn a_refused_creation_is_no_reason_not_to_write() {
    let server = FakeServer::start(vec![Answer::json(403, r#"{"error":"no"}"#), WRITTEN, WRITTEN]).await;
    let output = output(&[&server.url], "");
    output.write(&Batch::new(LINES.to_owned())).await.unwrap();
    output.write(&Batch::new(LINES.to_owned())).await.unwrap();
    assert_eq!(server.requests().len(), 3, "the creation is not tried again");
}

#[tokio::test]
async fn a_database_that_vanished_is_created_anew() {
    let missing = Answer::json(404, r#"{"error":"database not found: \"telegraf\""}"#);
    let (outcome, server) = write("", vec![CREATED, missing.clone(), CREATED, WRITTEN]).await;
    outcome.unwrap();
    assert_eq!(server.requests().len(), 4);
    let (outcome, server) = write("skip_database_creation = true", vec![missing]).await;
    assert!(matches!(outcome, Err(WriteError::Retry { .. })), "{outcome:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn each_answer_has_its_consequence() {
    let (bad, _) =
        write("", vec![CREATED, Answer::json(400, r#"{"error":"partial write: x dropped=1"}"#)]).await;
    assert_eq!(
        bad,
        Err(WriteError::Refused { reason: "400: partial write: x dropped=1".to_owned(), metrics: Some(1) })
    );
    let (large, _) = write("", vec![CREATED, Answer::json(413, "<html>large</html>")]).await;
    assert_eq!(large, Err(WriteError::TooLarge { reason: "413: <html>large</html>".to_owned() }));
    let busy = Answer { headers: "Retry-After: 7\r\n", ..Answer::json(503, r#"{"error":"busy"}"#) };
    let (busy, _) = write("", vec![CREATED, busy]).await;
    assert_eq!(
        busy,
        Err(WriteError::Retry { reason: "503: busy".to_owned(), after: Some(Duration::from_secs(7)) })
    );
    let (unknown, _) = write("", vec![CREATED, Answer::json(401, r#"{"error":"who"}"#)]).await;
    assert_eq!(unknown, Err(WriteError::Retry { reason: "401: who".to_owned(), after: None }));
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time() {
    let settings = "timeout = \"100ms\"\nskip_database_creation = true";
    let (outcome, _) = write(settings, vec![Answer::hang()]).await;
    let Err(WriteError::Retry { reason, after: None }) = outcome else { panic!("{outcome:?}") };
    assert!(reason.starts_with("no answer in time"), "{reason}");
}

#[tokio::test]
async fn a_server_that_is_away_is_told_without_its_password() {
    let url = FakeServer::free_url().await.replace("http://", "http://user:sesame@");
    let output = output(&[&url], "");
    let outcome = output.write(&Batch::new(LINES.to_owned())).await;
    let Err(WriteError::Retry { reason, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(reason.starts_with("the request failed") && !reason.contains("sesame"), "{reason}");
    assert!(!output.name().contains("sesame"));
}

#[tokio::test]
async fn of_several_servers_one_that_works_is_enough() {
    let away = FakeServer::free_url().await;
    let server = FakeServer::start(vec![CREATED, WRITTEN, WRITTEN, WRITTEN, WRITTEN]).await;
    let output = output(&[&away, &server.url], "");
    for _ in 0..4 {
        output.write(&Batch::new(LINES.to_owned())).await.unwrap();
    }
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let endless: &'static str = Box::leak("x".repeat(10 * ANSWER_BYTES_MAX).into_boxed_str());
    let (outcome, _) = write("skip_database_creation = true", vec![Answer::json(500, endless)]).await;
    let Err(WriteError::Retry { reason, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(reason.len() < 1000);
}

#[test]
fn a_missing_certificate_is_named() {
    let text = "[[outputs.influxdb]]\nurls = [\"https://a\"]\ntls_ca = \"/no/such.pem\"\n";
    let config = Config::from_toml(text, Path::new("test.toml")).unwrap();
    let error = HttpOutput::new(&config.outputs[0], 1).unwrap_err().to_string();
    assert!(error.starts_with("output influxdb a/telegraf: tls_ca: /no/such.pem: No such file"), "{error}");
}
