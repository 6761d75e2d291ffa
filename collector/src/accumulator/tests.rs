//! The order in which filters, names and tags apply.

use super::*;
use crate::field::{float, integer};
use std::path::Path;

/// The lines of each route after `cpu,cpu=cpu0 usage=1.5,count=2i` was added with these settings.
fn routes(input: &str, agent: &str, outputs: &[OutputSettings]) -> Vec<String> {
    let text = format!("{agent}\n[[inputs.cpu]]\n{input}");
    let config = Config::from_toml(&text, Path::new("test.toml")).unwrap();
    let routes: Vec<Option<OutputSettings>> =
        std::iter::once(None).chain(outputs.iter().cloned().map(Some)).collect();
    let pipeline = Pipeline::new(&config, &config.inputs[0], routes.into());
    let mut accumulator = Accumulator::new(Arc::new(pipeline));
    accumulator.begin(1_500_000_000_700_000_000, Duration::ZERO);
    accumulator.add("cpu", &[("cpu", "cpu0"), ("empty", "")], &[float("usage", 1.5), integer("count", 2)]);
    accumulator.routes().iter().map(|lines| lines.as_str().to_owned()).collect()
}

const AGENT: &str = "[agent]\nhostname = \"a\"\n";

fn check(input: &str, expected: &str) {
    let expected =
        if expected.is_empty() { String::new() } else { format!("{expected} 1500000001000000000\n") };
    assert_eq!(routes(input, AGENT, &[]), [expected], "{input}");
}

#[test]
fn a_metric_gets_the_host_and_a_rounded_time() {
    check("", "cpu,cpu=cpu0,host=a usage=1.5,count=2i");
}

#[test]
fn selectors_see_the_original_name_and_tags() {
    check("name_override = \"x\"\nnamepass = [\"cpu\"]", "x,cpu=cpu0,host=a usage=1.5,count=2i");
    check("name_override = \"x\"\nnamepass = [\"x\"]", "");
    check("[inputs.cpu.tagpass]\nhost = [\"a\"]", "");
    check("[inputs.cpu.tagdrop]\nhost = [\"a\"]", "cpu,cpu=cpu0,host=a usage=1.5,count=2i");
}

#[test]
fn modifiers_see_every_tag() {
    check("tagexclude = [\"host\"]", "cpu,cpu=cpu0 usage=1.5,count=2i");
    check("taginclude = [\"host\"]", "cpu,host=a usage=1.5,count=2i");
    check("fieldexclude = [\"count\"]", "cpu,cpu=cpu0,host=a usage=1.5");
    check("fieldexclude = [\"*\"]", "");
    check("name_prefix = \"p_\"\nname_suffix = \"_s\"", "p_cpu_s,cpu=cpu0,host=a usage=1.5,count=2i");
}

#[test]
fn a_metrics_own_tag_wins_over_the_inputs_and_that_over_the_global_one() {
    check("[inputs.cpu.tags]\ncpu = \"other\"\nhost = \"b\"", "cpu,cpu=cpu0,host=b usage=1.5,count=2i");
    let agent = "[agent]\nhostname = \"a\"\n[global_tags]\nhost = \"g\"\nrack = \"1\"\n";
    let expected = "cpu,cpu=cpu0,host=g,rack=1 usage=1.5,count=2i 1500000001000000000\n";
    assert_eq!(routes("", agent, &[]), [expected]);
}

#[test]
fn local_and_global_tags_can_be_made_to_survive() {
    let agent = "[agent]\nhostname = \"a\"\nalways_include_global_tags = true\n";
    assert_eq!(
        routes("taginclude = [\"x\"]", agent, &[]),
        ["cpu,host=a usage=1.5,count=2i 1500000001000000000\n"]
    );
    let agent = "[agent]\nhostname = \"a\"\nalways_include_local_tags = true\n";
    let input = "taginclude = [\"x\"]\n[inputs.cpu.tags]\nrole = \"db\"";
    assert_eq!(routes(input, agent, &[]), ["cpu,role=db usage=1.5,count=2i 1500000001000000000\n"]);
}

#[test]
fn the_precision_follows_the_interval_unless_it_is_set() {
    let line = |input: &str, agent: &str| {
        let agent = format!("[agent]\nomit_hostname = true\n{agent}");
        routes(&format!("fieldexclude = [\"count\"]\n{input}"), &agent, &[]).remove(0)
    };
    assert_eq!(line("", "interval = \"10s\""), "cpu,cpu=cpu0 usage=1.5 1500000001000000000\n");
    assert_eq!(line("interval = \"100ms\"", ""), "cpu,cpu=cpu0 usage=1.5 1500000000700000000\n");
    assert_eq!(
        line("precision = \"1m\"", "precision = \"1ns\""),
        "cpu,cpu=cpu0 usage=1.5 1500000000000000000\n"
    );
    assert_eq!(line("", "precision = \"1ns\""), "cpu,cpu=cpu0 usage=1.5 1500000000700000000\n");
}

#[test]
fn an_outputs_filters_see_the_final_metric() {
    let text = "[[outputs.influxdb]]\nnamepass = [\"p_*\"]\nname_prefix = \"o_\"\ntagexclude = [\"host\"]\nfieldinclude = [\"count\"]\n\
        [[outputs.influxdb]]\nnamedrop = [\"p_cpu\"]\n";
    let config = Config::from_toml(text, Path::new("test.toml")).unwrap();
    let outputs: Vec<OutputSettings> = config.outputs.into_iter().map(|output| output.common).collect();
    let routes = routes("name_prefix = \"p_\"", AGENT, &outputs);
    assert_eq!(routes[0], "p_cpu,cpu=cpu0,host=a usage=1.5,count=2i 1500000001000000000\n");
    assert_eq!(routes[1], "o_p_cpu,cpu=cpu0 count=2i 1500000001000000000\n");
    assert_eq!(routes[2], "");
}

fn accumulator() -> Accumulator {
    let config =
        Config::from_toml("[agent]\nomit_hostname = true\n[[inputs.cpu]]", Path::new("test.toml")).unwrap();
    let mut accumulator =
        Accumulator::new(Arc::new(Pipeline::new(&config, &config.inputs[0], Arc::new([None]))));
    accumulator.begin(0, Duration::ZERO);
    accumulator
}

#[test]
fn numbers_that_are_none_are_dropped() {
    let mut accumulator = accumulator();
    accumulator.add("m", &[], &[float("a", f64::NAN), float("b", 1.0), float("c", f64::INFINITY)]);
    accumulator.add("m", &[], &[float("a", f64::NAN)]);
    assert_eq!(accumulator.routes()[0].as_str(), "m b=1 0\n");
    assert_eq!(accumulator.metric_count(), 1);
}

#[test]
fn one_gather_has_a_bound() {
    let mut accumulator = accumulator();
    for value in 0..GATHER_METRICS_MAX + 10 {
        accumulator.add("m", &[], &[integer("v", i64::try_from(value).unwrap())]);
    }
    assert_eq!(accumulator.metric_count(), GATHER_METRICS_MAX);
    assert_eq!(accumulator.error_count(), 1);
    accumulator.begin(0, Duration::ZERO);
    assert_eq!((accumulator.metric_count(), accumulator.error_count()), (0, 0));
}

#[test]
fn every_error_is_counted_and_some_are_kept() {
    let mut accumulator = accumulator();
    for _ in 0..GATHER_ERRORS_MAX + 5 {
        accumulator.add_error(Error::WentBack { what: "x".into() });
    }
    assert_eq!(accumulator.errors().len(), GATHER_ERRORS_MAX);
    assert_eq!(accumulator.error_count(), GATHER_ERRORS_MAX as u64 + 5);
}
