//! The page at `/` in a real browser: this host's live numbers, and an alert.

use crate::influxd::free_port;
use crate::vigie::{Home, agent};
use crate::{peers, wait};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// A running chromedriver; it and its browsers are killed when dropped.
struct Driver {
    child: Child,
    url: String,
    profile: TempDir,
}

impl Driver {
    fn start(test: &str) -> Option<Self> {
        peers::find("chromium", test)?;
        let program = peers::find("chromedriver", test)?;
        let port = free_port();
        let mut command = Command::new(program);
        command
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        wait::until("chromedriver to answer", || agent().get(format!("{url}/status")).call().ok());
        Some(Self { child, url, profile: tempfile::tempdir().unwrap() })
    }

    async fn browser(&self) -> WebDriver {
        let mut capabilities = DesiredCapabilities::chrome();
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--window-size=1440,1500",
            &profile,
        ];
        for argument in arguments {
            capabilities.add_arg(argument).unwrap();
        }
        WebDriver::new(&self.url, capabilities).await.unwrap()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const ALERT: &str = "\
[agent]
interval = \"1s\"
flush_interval = \"1s\"
hostname = \"watched\"

[[rules]]
name = \"memory in use\"
measurement = \"mem\"
field = \"used_percent\"
group_by = [\"host\"]
warn = \"> 0\"
message = \"memory is in use on {{ .Tags.host }}\"
";

#[test]
fn the_page_shows_this_hosts_numbers_and_an_alert() {
    let Some(driver) = Driver::start("the_page_shows_this_hosts_numbers_and_an_alert") else { return };
    let home = Home::new();
    home.configure(ALERT);
    let vigie = home.start("run");
    wait::until("two rounds of CPU", || {
        let rows = vigie.rows("telegraf", "SELECT count(usage_idle) FROM cpu WHERE cpu = 'cpu-total'");
        rows.first().filter(|row| row[1].as_u64() >= Some(2)).cloned()
    });
    wait::until("an alert on the page", || {
        vigie.get("/").body.contains("memory is in use on watched").then_some(())
    });
    // The WebDriver client wants a provider of cryptography even for plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let browser = driver.browser().await;
        browser.goto(format!("{}/", vigie.url)).await.unwrap();
        let body = browser.find(By::Tag("body")).await.unwrap().text().await.unwrap();
        for part in
            ["watched", "Warning", "memory is in use on watched", "CPU", "Memory", "Disk space", "Network"]
        {
            assert!(body.contains(part), "{part} is not on the page:\n{body}");
        }
        let plots = browser.find_all(By::Css("svg path")).await.unwrap().len();
        assert!(plots >= 4, "{plots} paths");
        let style = browser.find(By::Tag("body")).await.unwrap().css_value("font-family").await.unwrap();
        assert!(style.contains("system-ui"), "the style sheet is not applied: {style}");
        if let Ok(path) = std::env::var("VIGIE_SCREENSHOT") {
            browser.screenshot(std::path::Path::new(&path)).await.unwrap();
        }
        browser.quit().await.unwrap();
    });
}
