//! The cpu-only shape of the Time Series Benchmark Suite, with the suite's tags and walks.

use super::random::Random;
use super::{Workload, time_ns, whole};
use std::fmt::Write as _;

/// Values of a line.
pub(super) const VALUES: u64 = 10;

const SEED: u64 = 123;
const REGIONS: [(&str, &[&str]); 9] = [
    ("us-east-1", &["a", "b", "c", "e"]),
    ("us-west-1", &["a", "b"]),
    ("us-west-2", &["a", "b", "c"]),
    ("eu-west-1", &["a", "b", "c"]),
    ("eu-central-1", &["a", "b"]),
    ("ap-southeast-1", &["a", "b"]),
    ("ap-southeast-2", &["a", "b"]),
    ("ap-northeast-1", &["a", "c"]),
    ("sa-east-1", &["a", "b", "c"]),
];

/// All hosts with their state.
#[derive(Debug)]
pub(super) struct Devops {
    random: Random,
    hosts: Vec<Host>,
    order: Vec<usize>,
}

#[derive(Debug)]
struct Host {
    /// Measurement and tags, as this host spells them.
    series: String,
    usage: [f64; Workload::CPU_FIELDS.len()],
}

impl Devops {
    pub(super) fn new(hosts: u32) -> Self {
        let mut random = Random::new(SEED);
        let hosts: Vec<Host> = (0..hosts).map(|number| Host::new(number, &mut random)).collect();
        let order = (0..hosts.len()).collect();
        Self { random, hosts, order }
    }

    /// Appends one line per host.
    pub(super) fn write(&mut self, step: u32, text: &mut String) -> std::fmt::Result {
        self.random.shuffle(&mut self.order);
        for &index in &self.order {
            let host = &mut self.hosts[index];
            host.walk(&mut self.random);
            host.write(step, text)?;
        }
        Ok(())
    }
}

impl Host {
    fn new(number: u32, random: &mut Random) -> Self {
        let mut tags = tags(number, random);
        random.shuffle(&mut tags);
        Self {
            series: format!("cpu,{}", tags.join(",")),
            usage: [0.0; 10].map(|_| random.uniform(0.0, 100.0)),
        }
    }

    fn walk(&mut self, random: &mut Random) {
        for usage in &mut self.usage {
            *usage = (*usage + random.normal(0.0, 1.0)).clamp(0.0, 100.0);
        }
    }

    fn write(&self, step: u32, text: &mut String) -> std::fmt::Result {
        text.push_str(&self.series);
        for (position, (name, usage)) in Workload::CPU_FIELDS.iter().zip(self.usage).enumerate() {
            let before = if position == 0 { ' ' } else { ',' };
            write!(text, "{before}{name}={}i", whole(usage))?;
        }
        writeln!(text, " {}", time_ns(step))
    }
}

fn tags(number: u32, random: &mut Random) -> [String; 10] {
    let &(region, zones) = random.pick(&REGIONS);
    let zone = *random.pick(zones);
    [
        format!("hostname=host_{number}"),
        format!("region={region}"),
        format!("datacenter={region}{zone}"),
        format!("rack={}", random.below(100)),
        format!("os={}", random.pick(&["Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"])),
        format!("arch={}", random.pick(&["x64", "x86"])),
        format!("team={}", random.pick(&["SF", "NYC", "LON", "CHI"])),
        format!("service={}", random.below(20)),
        format!("service_version={}", random.below(2)),
        format!("service_environment={}", random.pick(&["production", "staging", "test"])),
    ]
}
