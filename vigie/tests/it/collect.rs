//! `vigie run` watches this machine, and `vigie agent` another one's server.

use crate::vigie::{BINARY, Home};
use crate::wait;
use std::process::{Command, Stdio};

const MEASUREMENTS: [&str; 9] =
    ["cpu", "mem", "swap", "disk", "diskio", "net", "system", "processes", "kernel"];

#[test]
fn this_machine_is_collected_without_any_configuration() {
    let home = Home::new();
    home.configure("[agent]\ninterval = \"1s\"\nflush_interval = \"1s\"\n");
    let vigie = home.start("run");
    for measurement in MEASUREMENTS.iter().filter(|name| exists_here(name)) {
        let statement = format!("SELECT * FROM {measurement} LIMIT 1");
        wait::until(measurement, || vigie.rows("telegraf", &statement).pop());
    }
    let idle = "SELECT mean(usage_idle) FROM cpu WHERE time > now() - 1m GROUP BY host";
    let row = wait::until("an idle CPU", || vigie.rows("telegraf", idle).pop());
    let idle = row[1].as_f64().unwrap();
    assert!((0.0..=100.0).contains(&idle), "{row}");
    let policies = vigie.rows("telegraf", "SHOW RETENTION POLICIES");
    assert_eq!(policies[0][1], "168h0m0s", "{policies:?}");
    vigie.stop();
}

/// A container may have no swap, no block device that counts.
fn exists_here(measurement: &str) -> bool {
    match measurement {
        "diskio" => std::fs::read_to_string("/proc/diskstats").is_ok_and(|text| !text.trim().is_empty()),
        _ => true,
    }
}

#[test]
fn an_agent_stops_although_a_file_does_not_answer() {
    let home = Home::new();
    let stat = home.path().join("stat");
    rustix::fs::mkfifoat(rustix::fs::CWD, &stat, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let config = home.path().join("agent.toml");
    std::fs::write(&config, "[agent]\ninterval = \"100ms\"\n[[inputs.cpu]]\n").unwrap();
    let mut agent = Command::new(BINARY);
    agent.arg("agent").arg("--config").arg(&config).env("HOST_PROC", home.path()).stderr(Stdio::null());
    let mut agent = agent.spawn().unwrap();
    // Opening it waits until the agent reads; nothing is ever written, so that read never ends.
    let never_written = std::fs::File::options().write(true).open(&stat).unwrap();
    let pid = rustix::process::Pid::from_child(&agent);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let status = wait::until("the agent to stop", || agent.try_wait().unwrap());
    assert!(status.success(), "{status}");
    drop(never_written);
}

#[test]
fn an_agent_keeps_its_points_until_the_server_is_there() {
    let home = Home::new();
    let vigie = home.start("server");
    let address = vigie.url.clone();
    vigie.stop();
    let config = home.path().join("agent.toml");
    let text = format!(
        "[agent]\ninterval = \"1s\"\nflush_interval = \"1s\"\nhostname = \"far\"\n\
         [[inputs.mem]]\n[[outputs.influxdb]]\nurls = [\"{address}\"]\n"
    );
    std::fs::write(&config, text).unwrap();
    let mut agent = Command::new(BINARY);
    agent.arg("agent").arg("--config").arg(&config).stdout(Stdio::null()).stderr(Stdio::null());
    let mut agent = agent.spawn().unwrap();
    // Let it gather into its buffer while nobody listens.
    std::thread::sleep(std::time::Duration::from_secs(3));
    let port = address.rsplit(':').next().unwrap().to_owned();
    home.configure(&format!("[server]\nhttp_addr = \"127.0.0.1:{port}\"\n"));
    let started = model::Clock::now_ns(&model::SystemClock::new());
    let mut server = Command::new(BINARY);
    server
        .args(["server", "--data-dir"])
        .arg(home.data_dir())
        .arg("--config")
        .arg(home.path().join("vigie.toml"));
    let mut server = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let early = format!("SELECT count(used) FROM mem WHERE host = 'far' AND time < {started}");
    let count = wait::until("points from before the server was there", || {
        let answer = crate::vigie::agent()
            .get(format!("{address}/query"))
            .query("db", "telegraf")
            .query("q", &early)
            .call();
        let answer = crate::vigie::reply(answer);
        if answer.status != 200 {
            return None;
        }
        answer.json()["results"][0]["series"][0]["values"][0][1].as_u64()
    });
    agent.kill().unwrap();
    agent.wait().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(count >= 1, "{count}");
}
