//! Databases that come and go, and points that are deleted, while the server is killed: a statement that was
//! acknowledged holds.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::vigie::{Vigie, agent, reply};

/// Databases that are there at a time.
const DATABASES_MAX: usize = 4;

/// Points of the measurement `tide` from which the oldest are deleted.
const TIDE_MAX: u64 = 10;

/// What was acknowledged, and the one statement that may or may not have been carried out.
#[derive(Debug, Default)]
pub(super) struct Statements {
    databases: BTreeSet<String>,
    doubtful: Option<String>,
    made: u64,
    /// Points of `tide` that were acknowledged: 0 up to this one, at as many ns.
    tide_end: u64,
    /// Those below it were deleted.
    tide_start: u64,
    /// A delete up to here may or may not have been carried out.
    tide_doubtful: Option<u64>,
    pub(super) acknowledged: u64,
}

impl Statements {
    /// Makes databases with a point in each and drops the oldest, until the server is gone.
    pub(super) fn change(&mut self, url: &str, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            if self.move_tide(url).is_none() {
                return;
            }
            let done =
                if self.databases.len() < DATABASES_MAX { self.create(url) } else { self.drop_one(url) };
            if done.is_none() {
                return;
            }
            self.acknowledged += 1;
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    fn create(&mut self, url: &str) -> Option<()> {
        let name = format!("temp{}", self.made);
        self.made += 1;
        self.doubtful = Some(name.clone());
        carry_out(url, &format!("CREATE DATABASE {name} WITH DURATION 4w SHARD DURATION 1d"))?;
        self.databases.insert(name.clone());
        self.doubtful = None;
        // Its row goes with it; what became of it is of no interest, but replay has to pass it.
        let body = format!("m,db={name} v=1");
        let answer = reply(agent().post(format!("{url}/write?db={name}")).send(body));
        (answer.status != 0).then_some(())
    }

    fn drop_one(&mut self, url: &str) -> Option<()> {
        let name = self.databases.first().cloned()?;
        self.databases.remove(&name);
        self.doubtful = Some(name.clone());
        carry_out(url, &format!("DROP DATABASE {name}"))?;
        self.doubtful = None;
        Some(())
    }

    /// Writes a point; now and then deletes the oldest ones.
    fn move_tide(&mut self, url: &str) -> Option<()> {
        let body = format!("tide v={0}i {0}", self.tide_end);
        let answer = reply(agent().post(format!("{url}/write?db=d")).send(body));
        match answer.status {
            0 => return None,
            204 => self.tide_end += 1,
            status => assert_eq!(status, 503, "{}", answer.body),
        }
        if self.tide_end - self.tide_start > TIDE_MAX {
            let start = self.tide_end - 3;
            self.tide_doubtful = Some(start);
            carry_out_in(url, "d", &format!("DELETE FROM tide WHERE time < {start}"))?;
            (self.tide_start, self.tide_doubtful) = (start, None);
            self.acknowledged += 1;
        }
        Some(())
    }

    fn verify_tide(&mut self, vigie: &Vigie, round: u64) {
        let rows = vigie.rows("d", "SELECT v FROM tide");
        let mut found: Vec<u64> = rows.iter().filter_map(|row| row[0].as_u64()).collect();
        // The point after the last acknowledged one may be there.
        found.retain(|point| *point != self.tide_end);
        if let Some(start) = self.tide_doubtful.take()
            && found.first().is_none_or(|first| *first >= start)
        {
            self.tide_start = start;
        }
        assert_eq!(found, (self.tide_start..self.tide_end).collect::<Vec<_>>(), "round {round}: the tide");
    }

    /// Compares the databases that are there, and the points that were not deleted.
    pub(super) fn verify(&mut self, vigie: &Vigie, round: u64) {
        let rows = vigie.rows("", "SHOW DATABASES");
        let names = rows.iter().filter_map(|row| row[0].as_str()).filter(|name| name.starts_with("temp"));
        let found: BTreeSet<String> = names.map(str::to_owned).collect();
        if let Some(name) = self.doubtful.take() {
            // From now on it is there for good, or gone for good.
            if found.contains(&name) {
                self.databases.insert(name);
            }
        }
        assert_eq!(found, self.databases, "round {round}");
        self.verify_tide(vigie, round);
    }
}

/// `None` when the server is gone.
fn carry_out(url: &str, statement: &str) -> Option<()> {
    carry_out_in(url, "", statement)
}

fn carry_out_in(url: &str, db: &str, statement: &str) -> Option<()> {
    let answer = reply(agent().post(format!("{url}/query")).send_form([("db", db), ("q", statement)]));
    match answer.status {
        0 => None,
        200 => {
            let body: Value = answer.json();
            assert!(body["results"][0]["error"].is_null(), "{statement}: {body}");
            Some(())
        }
        status => panic!("{statement}: {status}: {}", answer.body),
    }
}
