//! The same engine on the machine's own disk, with its thread.

use std::sync::Arc;
use std::time::Duration;

use disk::StdFs;
use model::{Budget, SystemClock};
use tsdb::{Engine, Error, Options, SyncPolicy};

use crate::harness::{dump_policy, rows_of, try_write};

#[test]
fn every_sync_policy_keeps_what_was_written_over_a_stop_and_a_start() {
    for sync in [SyncPolicy::Always, SyncPolicy::Interval(Duration::from_millis(5)), SyncPolicy::Os] {
        let dir = tempfile::tempdir().unwrap();
        let open = || {
            let options = Options::new(Arc::new(SystemClock::new()), Budget::new(64 << 20));
            // However full the disk of this machine is.
            let options = Options { sync, generation_wal_bytes: 500, disk_reserve: Some(0), ..options };
            // The upkeep thread of an engine that was dropped ends its step before it lets go of the lock.
            loop {
                match Engine::open(Arc::new(StdFs), &dir.path().join("data"), options.clone()) {
                    Err(Error::Disk(error)) if matches!(*error, disk::Error::Locked { .. }) => {
                        std::thread::yield_now();
                    }
                    outcome => return outcome.unwrap(),
                }
            }
        };
        let mut lines = String::new();
        for round in 0..3 {
            let engine = open();
            engine.create_database("db").unwrap();
            assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines), "{sync:?}");
            for number in 0..100 {
                let line = format!("m,host=h{} v={number},s=\"x\" {}\n", number % 3, round * 50 + number);
                while let Err(error) = try_write(&engine, "db", None, &line) {
                    assert!(error.is_temporary(), "{error}");
                    std::thread::yield_now();
                }
                lines.push_str(&line);
            }
            assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines), "{sync:?}");
            if round == 1 {
                engine.stop().unwrap();
            }
        }
        let engine = open();
        assert!(engine.recovery().damage.is_empty() && engine.recovery().kept_aside.is_empty());
        assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines), "{sync:?}");
        engine.stop().unwrap();
        assert_eq!(std::fs::read_dir(dir.path().join("data/wal")).unwrap().count(), 0);
    }
}
