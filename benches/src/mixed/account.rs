//! Which rows there must be: a bit for each host and step.

use anyhow::Context as _;
use benches::{Random, Workload};
use std::collections::BTreeMap;

const NS: i64 = 1_000_000_000;

/// All rows that were acknowledged and not deleted since.
#[derive(Debug)]
pub(crate) struct Account {
    start_s: i64,
    step_s: i64,
    /// By host, then a bit per step.
    rows: Vec<Vec<u64>>,
    deleted: u64,
}

impl Account {
    /// No rows yet.
    pub(crate) fn new(hosts: u32, workload: &Workload) -> Self {
        let one = Workload::Devops { hosts: 1, steps: 1 };
        let step_s = one.end_s() - one.start_s();
        Self { start_s: workload.start_s(), step_s, rows: vec![Vec::new(); hosts as usize], deleted: 0 }
    }

    /// Takes in acknowledged lines.
    pub(crate) fn add(&mut self, lines: &str) -> anyhow::Result<()> {
        for line in lines.lines() {
            let host = line.split_once("hostname=host_").context("a line of a host")?.1;
            let digits = host.find([',', ' ']).map_or(host, |end| &host[..end]);
            let time_ns: i64 = line.rsplit_once(' ').context("a line with a time")?.1.parse()?;
            let step = usize::try_from((time_ns / NS - self.start_s) / self.step_s)?;
            let row = self.rows.get_mut(digits.parse::<usize>()?).context("a host of the workload")?;
            if row.len() <= step / 64 {
                row.resize(step / 64 + 1, 0);
            }
            row[step / 64] |= 1 << (step % 64);
        }
        Ok(())
    }

    /// Deletes an hour or so of some hosts out of the last `steps`, and gives the statement for it.
    pub(crate) fn delete(&mut self, random: &mut Random, steps: u64) -> String {
        let first = random.below(steps.max(1));
        let end = (first + 1 + random.below(400)).min(steps);
        let host = random.below(self.rows.len() as u64);
        // Hosts whose number ends so: one in ten, or the one.
        let (pattern, hosts): (String, Vec<usize>) = if random.below(4) == 0 {
            let digit = host % 10;
            let ending = (0..self.rows.len()).filter(|host| *host as u64 % 10 == digit).collect();
            (format!("hostname =~ /{digit}$/"), ending)
        } else {
            (format!("hostname = 'host_{host}'"), vec![usize::try_from(host).unwrap_or_default()])
        };
        for host in hosts {
            for step in first..end {
                self.remove(host, usize::try_from(step).unwrap_or(usize::MAX));
            }
        }
        let at = |step: u64| (self.start_s + self.step_s * step.cast_signed()) * NS;
        format!("DELETE FROM cpu WHERE {pattern} AND time >= {} AND time < {}", at(first), at(end))
    }

    fn remove(&mut self, host: usize, step: usize) {
        if let Some(word) = self.rows[host].get_mut(step / 64) {
            self.deleted += *word >> (step % 64) & 1;
            *word &= !(1 << (step % 64));
        }
    }

    /// How many hosts there are.
    pub(crate) fn hosts(&self) -> usize {
        self.rows.len()
    }

    /// How many rows there must be.
    pub(crate) fn live(&self) -> u64 {
        self.rows.iter().map(|row| count(row)).sum()
    }

    /// How many rows were deleted.
    pub(crate) fn deleted(&self) -> u64 {
        self.deleted
    }

    /// The hosts whose count in the answer is another one: name, expected, found.
    pub(crate) fn differences(&self, answer: &str) -> anyhow::Result<Vec<(String, u64, u64)>> {
        let answer: serde_json::Value = serde_json::from_str(answer)?;
        let series = answer["results"][0]["series"].as_array().cloned().unwrap_or_default();
        let found: BTreeMap<String, u64> = series
            .iter()
            .filter_map(|series| {
                let host = series["tags"]["hostname"].as_str()?.to_owned();
                Some((host, series["values"][0][1].as_u64()?))
            })
            .collect();
        let compared = self.rows.iter().enumerate().map(|(number, row)| {
            let host = format!("host_{number}");
            let found = found.get(&host).copied().unwrap_or(0);
            (host, count(row), found)
        });
        Ok(compared.filter(|(_, expected, found)| expected != found).collect())
    }
}

fn count(row: &[u64]) -> u64 {
    row.iter().map(|word| u64::from(word.count_ones())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_until_they_are_deleted() {
        let workload = Workload::Devops { hosts: 3, steps: 100 };
        let mut account = Account::new(3, &workload);
        let (mut lines, mut text) = (workload.lines(), String::new());
        while lines.next_step(&mut text) {}
        account.add(&text).unwrap();
        account.add(&text).unwrap();
        assert_eq!(account.live(), 300);
        let statement = account.delete(&mut Random::new(1), 100);
        assert!(statement.starts_with("DELETE FROM cpu WHERE hostname"), "{statement}");
        assert_eq!(account.live() + account.deleted(), 300);
        assert!(account.deleted() > 0, "{statement}");
        let answer = r#"{"results":[{"series":[{"tags":{"hostname":"host_1"},"values":[[0,7]]}]}]}"#;
        assert_eq!(account.differences(answer).unwrap().len(), 3);
    }
}
