//! What is read, and how each mistake is told.

use super::*;
use std::path::PathBuf;
use std::time::Duration;

fn read(text: &str) -> Config {
    Config::from_toml(text, Path::new("vigie.toml")).unwrap_or_else(|error| panic!("{error}"))
}

fn check_error(text: &str, expected: &str) {
    let error = Config::from_toml(text, Path::new("vigie.toml")).expect_err(text);
    assert_eq!(error.to_string(), expected, "{text}");
}

#[test]
fn every_mistake_has_its_line_and_what_was_expected() {
    for (text, expected) in [
        (
            "\n[[inputs.cpu]]\npercpuu = true",
            "vigie.toml:3: [inputs.cpu] has no setting \"percpuu\"; did you mean \"percpu\"?",
        ),
        (
            "[agent]\ninterwal = \"5s\"",
            "vigie.toml:2: [agent] has no setting \"interwal\"; did you mean \"interval\"?",
        ),
        ("[agent]\ncolour = 1", "vigie.toml:2: [agent] has no setting \"colour\""),
        ("[[inputs.men]]", "vigie.toml:1: there is no input \"men\"; did you mean \"mem\"?"),
        ("[[outputs.kafka]]", "vigie.toml:1: there is no output \"kafka\""),
        (
            "[agent]\ninterval = true",
            "vigie.toml:2: [agent] interval: expected a length of time, found boolean",
        ),
        (
            "[agent]\ninterval = \"soon\"",
            "vigie.toml:2: [agent] interval: expected a length of time like \"10s\" or \"1h30m\", found \"soon\"",
        ),
        ("[agent]\ninterval = 0", "vigie.toml:2: [agent] interval: expected at least 10ms"),
        (
            "[agent]\nmetric_batch_size = 0",
            "vigie.toml:2: [agent] metric_batch_size: expected a number from 1 to 100000",
        ),
        (
            "[[inputs.cpu]]\npercpu = 1",
            "vigie.toml:2: [inputs.cpu] percpu: expected true or false, found integer",
        ),
        (
            "[[inputs.cpu]]\nnamepass = [\"a[\"]",
            "vigie.toml:2: [inputs.cpu] namepass: the bracket in \"a[\" is not closed",
        ),
        (
            "[[inputs.system]]\ninclude = [\"lod\"]",
            "vigie.toml:2: [inputs.system] include: expected some of \"legacy\", \"load\", \"users\", \"cpus\", \"uptime\", \
             \"os\", \"dmi\", found \"lod\"",
        ),
        ("[global_tags]\nrack = 1", "vigie.toml:2: [global_tags] rack: expected a text, found integer"),
        (
            "[[processors.rename]]",
            "vigie.toml:1: [[processors.rename]] is not supported; filters and tags of inputs and outputs are",
        ),
        (
            "[[inputs.mem]]\nmetricpass = \"x\"",
            "vigie.toml:2: [inputs.mem] metricpass is not supported; namepass, namedrop, tagpass and tagdrop are",
        ),
        (
            "[[outputs.influxdb]]\nurls = [\"udp://a:1\"]",
            "vigie.toml:2: [outputs.influxdb] urls: expected http:// or https://, found \"udp://a:1\"",
        ),
        ("inputs = 3", "vigie.toml:1: inputs: expected a table, found integer"),
        ("[inputs]\ncpu = [3]", "vigie.toml:2: inputs.cpu: expected a table, found integer"),
    ] {
        check_error(text, expected);
    }
}

#[test]
fn broken_toml_has_its_line() {
    let error = Config::from_toml("[agent]\n\ninterval = = 3\n", Path::new("vigie.toml")).unwrap_err();
    assert_eq!(error.line, 3);
    assert!(matches!(error.problem, Problem::Syntax(_)));
}

#[test]
fn sections_of_others_are_left_alone() {
    let config = read("[server]\nanything = 1\n[[rules]]\nname = \"x\"\n[agent]\ninterval = \"1m\"\n");
    assert_eq!(config.agent.interval, Duration::from_secs(60));
}

#[test]
fn a_telegraf_configuration_is_understood() {
    let text = "[global_tags]\n  dc = \"fr-1\"\n[agent]\n  interval = \"5s\"\n  round_interval = false\n  \
        metric_buffer_limit = 500\n  precision = \"1ms\"\n";
    let config = read(text);
    assert_eq!(config.global_tags, [("dc".to_owned(), "fr-1".to_owned())]);
    assert_eq!((config.agent.interval, config.agent.round_interval), (Duration::from_secs(5), false));
    assert_eq!((config.agent.metric_buffer_limit, config.agent.precision), (500, Duration::from_millis(1)));
}

#[test]
fn settings_of_every_input_are_read() {
    let text = r#"
[[inputs.cpu]]
  alias = "fast"
  interval = "1s"
  name_prefix = "a_"
  fieldpass = ["usage_*"]
  tagexclude = ["host"]
  [inputs.cpu.tags]
    role = "db"
  [inputs.cpu.tagpass]
    cpu = ["cpu0", "cpu-total"]
"#;
    let input = &read(text).inputs[0];
    assert_eq!(input.common.alias.as_deref(), Some("fast"));
    assert_eq!(input.common.interval, Some(Duration::from_secs(1)));
    assert_eq!(input.common.name.apply("cpu"), "a_cpu");
    assert_eq!(input.common.tags, [("role".to_owned(), "db".to_owned())]);
    let filter = &input.common.filter;
    assert!(
        filter.keeps_field("usage_user") && !filter.keeps_field("time_user") && !filter.keeps_tag("host")
    );
    assert!(filter.selects("cpu", &[("cpu", "cpu0")]) && !filter.selects("cpu", &[("cpu", "cpu1")]));
}

#[test]
fn an_empty_filter_counts_as_none() {
    let config = read("[[inputs.mem]]\nnamepass = []\n[inputs.mem.tagpass]\n");
    assert!(config.inputs[0].common.filter.is_empty());
}

#[test]
fn outputs_take_the_agents_settings_unless_they_have_their_own() {
    let config = read(
        "[agent]\nflush_interval = \"7s\"\nmetric_batch_size = 9\n[[outputs.influxdb]]\nmetric_batch_size = 3\n\
         urls = [\"http://a:1\", \"http://b:2\"]\ntimeout = \"2s\"\ncontent_encoding = \"identity\"\n",
    );
    let output = &config.outputs[0];
    assert_eq!(output.common.flush_interval, Duration::from_secs(7));
    assert_eq!(output.common.metric_batch_size, 3);
    assert_eq!(output.http.urls, ["http://a:1", "http://b:2"]);
    assert_eq!((output.http.timeout, output.http.gzip), (Duration::from_secs(2), false));
    assert_eq!(output.http.database, "telegraf");
}

fn file(name: &str, text: &str) -> SettingsFile {
    SettingsFile { path: PathBuf::from(name), text: text.to_owned() }
}

#[test]
fn files_merge_and_append() {
    let files = [
        file("a.toml", "[agent]\ninterval = \"5s\"\n[[inputs.cpu]]\n[global_tags]\na = \"1\"\n"),
        file(
            "b.toml",
            "[agent]\nflush_interval = \"6s\"\n[[inputs.cpu]]\n[[inputs.mem]]\n[global_tags]\nb = \"2\"\n",
        ),
    ];
    let config = Config::from_files(&files).unwrap();
    assert_eq!((config.agent.interval.as_secs(), config.agent.flush_interval.as_secs()), (5, 6));
    let names: Vec<&str> = config.inputs.iter().map(|input| input.kind.name).collect();
    assert_eq!(names, ["cpu", "cpu", "mem"]);
    assert_eq!(config.global_tags.len(), 2);
}

#[test]
fn one_setting_in_two_files_is_an_error_that_names_both() {
    let check = |text: &str, expected: &str| {
        let files = [file("a.toml", text), file("vigie.d/b.toml", &format!("\n{text}"))];
        assert_eq!(Config::from_files(&files).unwrap_err().to_string(), expected);
    };
    check("[agent]\ninterval = \"5s\"\n", "vigie.d/b.toml:3: [agent] interval is already set at a.toml:2");
    check("[global_tags]\nrack = \"x\"\n", "vigie.d/b.toml:3: [global_tags] rack: already set at a.toml:2");
}

#[test]
fn settings_without_effect_are_told() {
    let config = read("[agent]\nlogfile = \"x\"\n");
    assert_eq!(config.warnings, ["vigie.toml:2: [agent] logfile has no effect here"]);
}

#[test]
fn the_default_is_the_nine_inputs_of_a_machine_every_10_s() {
    let config = Config::default();
    assert_eq!(config.agent, AgentSettings::default());
    let mut names: Vec<&str> = config.inputs.iter().map(|input| input.kind.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["cpu", "disk", "diskio", "kernel", "mem", "net", "processes", "swap", "system"]);
    assert!(config.outputs.is_empty() && config.warnings.is_empty());
}

#[test]
fn every_sample_is_read_with_its_commented_settings_too() {
    for kind in input::INPUTS {
        let active = kind.sample.replace("  # ", "  ");
        let uncommented: String = active
            .lines()
            .filter(|line| line.contains(" = ") || line.starts_with('['))
            .fold(String::new(), |text, line| text + line + "\n");
        assert_eq!(read(kind.sample).inputs[0].kind.name, kind.name);
        assert_eq!(read(&uncommented).inputs[0].kind.name, kind.name);
    }
}

#[test]
fn what_is_printed_is_read_back_and_holds_no_secret() {
    let config = read(
        "[agent]\ninterval = \"1500ms\"\nhostname = \"a\"\n[global_tags]\nx = \"y\"\n[[inputs.cpu]]\npercpu = false\n\
         [[inputs.cpu]]\n[inputs.cpu.tags]\nk = \"v\"\n[[outputs.influxdb]]\nusername = \"u\"\npassword = \"sesame\"\n",
    );
    let printed = config.to_toml();
    assert!(!printed.contains("sesame") && !format!("{config:?}").contains("sesame"));
    let again = read(&printed);
    assert_eq!(again.agent, config.agent);
    assert_eq!(again.global_tags, config.global_tags);
    assert_eq!(again.inputs[1].common, config.inputs[1].common);
    assert_eq!(again.outputs[0].http.urls, config.outputs[0].http.urls);
    assert_eq!(again.to_toml(), printed);
}

#[test]
fn a_password_in_an_address_is_not_printed() {
    let config = read(
        "[[outputs.influxdb]]\nurls = [\"https://u:sesame@a:8086/x\", \"http://b:8086\"]\n\
         http_proxy = \"http://v:sesame@proxy:3128\"\n",
    );
    let printed = config.to_toml();
    assert!(!printed.contains("sesame"), "{printed}");
    assert!(printed.contains("https://u:***@a:8086/x") && printed.contains("\"http://b:8086\""), "{printed}");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reading_panic(text in "(\\[+(agent|inputs|outputs|global_tags)(\\.(cpu|influxdb))?\\]*\n|[a-z_]{1,8} ?= ?|\"|'|\\PC|[0-9.]{1,4}|\n){0,40}") {
        // Either a configuration that prints and reads again, or an error that says where.
        match Config::from_toml(&text, Path::new("x.toml")) {
            Ok(config) => {
                let printed = config.to_toml();
                let again = Config::from_toml(&printed, Path::new("printed.toml"));
                proptest::prop_assert!(again.is_ok(), "{printed}\n{again:?}");
            }
            Err(error) => proptest::prop_assert!(error.to_string().starts_with("x.toml:")),
        }
    }
}
