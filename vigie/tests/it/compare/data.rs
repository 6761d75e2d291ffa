//! Made-up machines: several measurements, types, gaps, late points, overwritten points.
//!
//! No two hosts have a point at one instant: in which order InfluxDB merges such points depends on how
//! many processors it has. No two values of `usage` are equal: which row `percentile` then picks
//! depends on how InfluxDB sorts. All of it lies in two hours from 2024-01-01T00:00:00Z, most of it every ten seconds, except `sparse`,
//! `weeks` and `turned`, which reach over several shards.

use std::fmt::Write as _;

const START: i64 = 1_704_067_200;
const HOSTS: [(&str, &str); 3] = [("alpha", "eu"), ("beta", "eu"), ("gamma", "us west")];

/// A small generator: SplitMix64, enough to make data that nobody tuned a query to.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let chosen = self.below(words.len() as u64);
        words.iter().zip(0..).find(|(_, index)| *index == chosen).map_or("", |(word, _)| word)
    }
}

/// Retention policy and lines of each write, in order.
pub(crate) fn batches(seed: u64) -> Vec<(&'static str, String)> {
    let mut random = Random(seed);
    vec![
        ("autogen", machines(&mut random)),
        ("autogen", late_and_overwritten(&mut random)),
        ("autogen", sparse(&mut random)),
        ("autogen", strange_names()),
        (
            "other",
            format!("cpu,host=alpha usage=1.5 {START}000000000\narchive,host=beta n=3i {START}000000000\n"),
        ),
        ("autogen", turned()),
    ]
}

fn machines(random: &mut Random) -> String {
    let mut out = String::new();
    let mut counters = [0_u64; HOSTS.len()];
    for step in 0..720 {
        let ts = START + 10 * step;
        for (index, (host, region)) in HOSTS.iter().enumerate() {
            // gamma is silent for a while: a gap that fill has to show.
            if index == 2 && (200..320).contains(&step) {
                continue;
            }
            let region = region.replace(' ', "\\ ");
            let usage = random.below(1_000_000_000) as f64 / 1e7;
            let count = random.below(1_000) as i64 - 500;
            // A counter that is reset now and then.
            counters[index] = if random.below(150) == 0 { 0 } else { counters[index] + random.below(5_000) };
            let up = random.below(4) != 0;
            let ts = format!("{ts}{index:03}000000");
            let _ = writeln!(
                out,
                "cpu,host={host},region={region} usage={usage},count={count}i,up={up} {ts}\n\
                 net,host={host},interface=eth0 bytes={}i {ts}",
                counters[index]
            );
            if step % 7 == index as i64 {
                let state = random.one_of(&["ok", "warn, \\\"hot\\\"", "down"]);
                let _ = writeln!(out, "state,host={host} text=\"{state}\",code={}i {ts}", random.below(3));
            }
        }
    }
    out
}

/// Points of the past after newer ones, and points of `cpu` once more with another value or another field.
fn late_and_overwritten(random: &mut Random) -> String {
    let mut out = String::new();
    for _ in 0..60 {
        let ts = START + 10 * random.below(720) as i64;
        let _ = writeln!(
            out,
            "cpu,region=eu,host=alpha usage={},extra={}i {ts}000000000",
            random.below(1_000_000_000) as f64 / 1e7,
            random.below(9)
        );
        let _ = writeln!(out, "cpu,host=beta,region=eu late=true {}000000000", ts + 5);
    }
    out
}

/// Few points in several shards, with nanoseconds.
fn sparse(random: &mut Random) -> String {
    let mut out = String::new();
    for week in 0..6 {
        let ts = START + week * 7 * 86_400 + random.below(86_400) as i64;
        let _ = writeln!(
            out,
            "weeks,kind=a v={}i,w={}.25 {ts}{:09}",
            week * 3,
            week,
            random.below(1_000_000_000)
        );
        let _ = writeln!(out, "weeks,kind=b v={}i {ts}000000000", 100 - week);
    }
    out
}

/// A field that has another type each week, and tags and fields that some weeks do not have.
fn turned() -> String {
    let weeks = ["v=\"idle\"", "v=7i,w=1", "v=2.5,w=3i", "v=true", "w=4i"];
    let mut out = String::new();
    for (ts, fields) in (START..).step_by(7 * 86_400).zip(weeks) {
        let _ = writeln!(out, "turned,host=a {fields} {ts}000000000");
        let _ = writeln!(out, "turned,host=b,rack=r{ts} {fields} {}000000000", ts + 60);
    }
    out
}

fn strange_names() -> String {
    format!(
        "odd\\ name,tag\\,key=va\\=lue field\\ key=1 {START}000000000\n\
         odd\\ name field\\ key=2,n=7i {}000000000\n\
         \"quoted\",größe=groß wert=3.5 {START}000000000\n\
         both,name=tag name=1,other=2 {START}000000000\n",
        START + 60
    )
}
