//! A disk that fills up under the real binary: a small file system of its own, mounted by the test.

use crate::peers;
use crate::vigie::{Home, Vigie};
use crate::wait;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Bytes of the disk.
const DISK_BYTES: u64 = 64 << 20;

/// A file system in memory, unmounted at the end.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts it, which only root may; otherwise the test is skipped, as without its peer.
    fn mount(test: &str) -> Option<Self> {
        let mount = peers::find("mount", test)?;
        let dir = tempfile::tempdir().unwrap();
        let size = format!("size={DISK_BYTES}");
        let done =
            Command::new(mount).args(["-t", "tmpfs", "-o", &size, "vigie-test"]).arg(dir.path()).output();
        let done = done.unwrap();
        if done.status.success() {
            return Some(Self(dir));
        }
        let reason = String::from_utf8_lossy(&done.stderr).into_owned();
        peers::skip(test, &format!("a file system cannot be mounted: {}", reason.trim()));
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn free(&self) -> u64 {
        let found = rustix::fs::statvfs(self.path()).unwrap();
        found.f_bavail * found.f_frsize
    }

    /// Another program takes room until `free` bytes are left.
    fn take_all_but(&self, free: u64) -> PathBuf {
        let path = self.path().join("somebody-elses");
        let bytes = usize::try_from(self.free() - free).unwrap();
        std::fs::write(&path, vec![1; bytes]).unwrap();
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the server may be ending.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

/// Points that do not compress, and how many of them were acknowledged.
struct Writer {
    state: u64,
    acknowledged: u64,
}

impl Writer {
    const POINTS: u64 = 500;

    fn noise(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    /// Writes a batch; checks how it is refused if it is.
    fn write(&mut self, vigie: &Vigie) -> bool {
        let first = self.acknowledged;
        let lines: String = (first..first + Self::POINTS)
            .map(|n| format!("m t=\"{:016x}{:016x}{:016x}\" {n}\n", self.noise(), self.noise(), self.noise()))
            .collect();
        let answer = vigie.write("d", &lines);
        if answer.status != 204 {
            assert_eq!(answer.status, 503, "{answer:?}");
            assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
            return false;
        }
        self.acknowledged += Self::POINTS;
        true
    }

    /// Writes until every batch is refused for as long as some rounds of upkeep: one refused batch may come from
    /// writers that are ahead of the disk, or from a disk that the next freeze gives room again.
    fn fill(&mut self, vigie: &Vigie) {
        let mut refused_since = None;
        loop {
            if self.write(vigie) {
                refused_since = None;
                continue;
            }
            if refused_since.get_or_insert_with(Instant::now).elapsed() > Duration::from_secs(4) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn check(&self, vigie: &Vigie) {
        // A refused batch may be there in part of the log only, never acknowledged: count those that were.
        let statement = format!("SELECT count(t) FROM m WHERE time < {}", self.acknowledged);
        let rows = vigie.rows("d", &statement);
        assert_eq!(rows[0][1], self.acknowledged, "{rows:?}");
    }
}

fn metric(vigie: &Vigie, name: &str) -> f64 {
    let text = vigie.get("/metrics").body;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

#[test]
fn a_full_disk_refuses_points_and_takes_them_again_by_itself() {
    let Some(disk) = SmallDisk::mount("a_full_disk_refuses_points_and_takes_them_again_by_itself") else {
        return;
    };
    let home = Home::within(disk.path());
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    vigie.query("", "CREATE DATABASE old");
    assert_eq!(vigie.write("old", &format!("m t=\"{}\" 1", "x".repeat(1_000))).status, 204);
    let mut writer = Writer { state: 88_172_645_463_325_252, acknowledged: 0 };

    writer.fill(&vigie);
    assert!(disk.free() > DISK_BYTES / 100, "{} bytes are left to work with", disk.free());
    assert!(metric(&vigie, "vigie_read_only") > 0.5);
    assert!(metric(&vigie, "vigie_disk_free_bytes") < DISK_BYTES as f64 / 10.0);
    assert!(metric(&vigie, "vigie_lines_refused_total{reason=\"store\"}") >= Writer::POINTS as f64);
    assert!(metric(&vigie, "vigie_lines_refused_total{reason=\"syntax\"}") < 0.5);
    let health = vigie.get("/health");
    assert_eq!((health.status, health.json()["status"].as_str()), (200, Some("warn")), "{}", health.body);
    assert_eq!(health.json()["message"], "ready for queries, not for writes");
    let check = &health.json()["checks"][0];
    assert_eq!((check["name"].as_str(), check["status"].as_str()), (Some("writes"), Some("fail")));
    assert!(check["message"].as_str().unwrap().starts_with("the disk is almost full: "), "{check}");
    writer.check(&vigie);
    assert!(vigie.query("", "DROP DATABASE old")["results"][0]["error"].is_null());
    assert!(vigie.query("", "CREATE DATABASE new")["results"][0]["error"].is_null());
    assert!(
        vigie.query("", "CREATE RETENTION POLICY p ON new DURATION 1d REPLICATION 1")["results"][0]["error"]
            .is_null()
    );

    // Another program takes the reserve as well.
    let others = disk.take_all_but(64 << 10);
    assert!(!writer.write(&vigie));
    writer.check(&vigie);

    std::fs::remove_file(others).unwrap();
    // What was written is dropped, so that there is room for more than the reserve.
    let filled = writer.acknowledged;
    assert!(vigie.query("", "DROP DATABASE d")["results"][0]["error"].is_null());
    vigie.query("", "CREATE DATABASE d");
    writer.acknowledged = 0;
    for _ in 0..filled / Writer::POINTS / 4 {
        wait::until("points to be taken again", || writer.write(&vigie).then_some(()));
    }
    writer.check(&vigie);

    assert_eq!(vigie.get("/health").json()["status"], "pass");

    // Full once more, and killed: what was acknowledged is there after a start on the full disk.
    writer.fill(&vigie);
    vigie.kill();
    let vigie = home.start("server");
    writer.check(&vigie);
    vigie.stop();
}
