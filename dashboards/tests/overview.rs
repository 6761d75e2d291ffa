//! The page through its front door: rows in, a document out.

use std::{collections::HashSet, time::Duration};

use dashboards::{
    ALERTS_MAX, ActiveAlert, Answer, HOST_CARDS_MAX, Host, Level, OverviewPage, Panel, PanelKind, QueryId,
    Rows, Selected, Series, Zone, assets, hosts, panels, render_overview,
};

const SECOND_NS: i64 = 1_000_000_000;
/// 2026-11-20 13:32:10 UTC
const NOW_NS: i64 = 1_795_181_530 * SECOND_NS;
const BUCKET_NS: i64 = 20 * SECOND_NS;

const HOSTILE: &str = "</title><script>alert(1)</script>\" onload=\"x' style='y &amp; \u{202e}\u{0}{}";

fn host(name: &str) -> Host {
    let mut host = Host { name: name.to_owned(), ..Host::default() };
    host.facts.last_ns = Some(NOW_NS - 4 * SECOND_NS);
    host
}

fn page(names: &[&str]) -> OverviewPage {
    let hosts: Vec<Host> = names.iter().map(|name| host(name)).collect();
    let selected =
        hosts.first().map(|host| Selected { name: host.name.clone(), panels: panels(&[], NOW_NS) });
    OverviewPage {
        now_ns: NOW_NS,
        zone: Zone { name: "Europe/Paris".to_owned(), offset_seconds: 3_600 },
        version: "0.1.0".to_owned(),
        took: Duration::from_millis(3),
        hosts,
        alerts: Vec::new(),
        selected,
        not_found: None,
        faults: Vec::new(),
    }
}

fn alert(level: Level, host: &str, minutes: i64) -> ActiveAlert {
    ActiveAlert {
        level,
        host: Some(host.to_owned()),
        message: format!("CPU at 94 % on {host}"),
        rule: "cpu_high".to_owned(),
        measurement: Some("cpu".to_owned()),
        since_ns: NOW_NS - minutes * 60 * SECOND_NS,
    }
}

/// One point in every bucket of the last hour.
fn full(name: &str, value: impl Fn(i64) -> f64) -> Series {
    let newest = NOW_NS.div_euclid(BUCKET_NS);
    let point = |index: i64| ((newest - 179 + index) * BUCKET_NS, value(index));
    Series { name: name.to_owned(), points: (0..180).map(point).collect() }
}

fn panel(kind: PanelKind, series: Vec<Series>) -> Panel {
    Panel { kind, subtitle: String::new(), series, capacity: None }
}

fn with_panels(panels: Vec<Panel>) -> OverviewPage {
    let mut page = page(&["web-1"]);
    page.selected = Some(Selected { name: "web-1".to_owned(), panels });
    page
}

/// What stands between tags.
fn text(document: &str) -> String {
    let mut text = String::new();
    for part in document.split('<').skip(1) {
        text.push_str(part.split_once('>').map_or("", |(_, words)| words));
        text.push(' ');
    }
    text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(document: &str, words: &str) {
    assert!(text(document).contains(words), "{words:?} is not in {}", text(document));
}

#[test]
fn a_quiet_page_says_so() {
    let document = render_overview(&page(&["web-1"]));
    says(&document, "Overview Nothing on the horizon");
    says(&document, "OK 1 of 1 host");
    says(&document, "Times in Europe/Paris (UTC+1) Page made in 3 ms");
    assert!(!document.contains("Active alerts"));
}

#[test]
fn without_a_host_there_is_one_next_step() {
    let document = render_overview(&page(&[]));
    says(
        &document,
        "No host yet A machine appears here within half a minute of its collector’s start. To add another one: vigie agent --url",
    );
    assert!(!document.contains("id=\"counts\"") && !document.contains("class=\"plot\""));
}

#[test]
fn an_alert_is_a_row_with_host_sentence_rule_and_age() {
    let mut page = page(&["web-1"]);
    page.alerts.push(alert(Level::Warning, "web-1", 41));
    let document = render_overview(&page);
    says(&document, "1 of 1 host needs attention");
    says(&document, "Warning web-1 CPU at 94 % on web-1 cpu_high 41 min");
    assert!(document.contains("<b>94\u{a0}%</b>"));
    assert!(document.contains("datetime=\"2026-11-20T13:51:10+01:00\""));
}

#[test]
fn alerts_are_ordered_by_state_and_then_the_newest_first() {
    let mut page = page(&["a", "b", "c", "d"]);
    page.alerts = vec![
        alert(Level::Info, "d", 1),
        alert(Level::Warning, "b", 90),
        alert(Level::Warning, "c", 5),
        alert(Level::Critical, "a", 300),
    ];
    let words = text(&render_overview(&page));
    let places: Vec<usize> =
        ["on a", "on c", "on b", "on d"].iter().map(|words_of| words.find(words_of).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?} in {words}");
}

#[test]
fn a_storm_of_alerts_is_folded_and_then_counted() {
    let mut page = page(&["web-1"]);
    page.alerts = (0..200).map(|minute| alert(Level::Critical, "web-1", minute)).collect();
    let document = render_overview(&page);
    says(&document, "43 more");
    says(&document, "150 more are on and not listed here");
    assert_eq!(document.matches("class=\"msg\"").count(), ALERTS_MAX);
}

#[test]
fn an_alert_without_a_host_is_shown_and_counts_no_host() {
    let mut page = page(&["web-1"]);
    page.alerts.push(ActiveAlert { host: None, ..alert(Level::Critical, "", 3) });
    let document = render_overview(&page);
    says(&document, "Overview 1 active alert");
    says(&document, "Critical 0 1 alert without a host");
}

#[test]
fn a_silent_host_is_unknown_and_not_ok() {
    let mut page = page(&["web-1"]);
    page.hosts[0].facts.last_ns = Some(NOW_NS - 372 * SECOND_NS);
    let document = render_overview(&page);
    says(&document, "Unknown 1");
    says(&document, "No value from web-1 since 14:25 . What you see is 6 min old.");
    assert!(document.contains("class=\"panels stale\""));
}

#[test]
fn an_empty_panel_says_since_when() {
    says(&render_overview(&page(&["web-1"])), "no data in the last hour");
    let mut silent = page(&["web-1"]);
    silent.hosts[0].facts.last_ns = Some(NOW_NS - 26 * 3_600 * SECOND_NS);
    says(&render_overview(&silent), "no data since Thu 19, 12:32");
}

#[test]
fn a_gap_breaks_the_line_and_is_told() {
    let mut load = full("1 min", |_| 1.0);
    load.points.drain(60..70);
    let document = render_overview(&with_panels(vec![panel(PanelKind::Load, vec![load])]));
    let line = document.split("class=\"l c1\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(line.matches('M').count(), 2, "{line}");
    assert!(document.contains("No data from 13:52 to 13:55."));
}

#[test]
fn a_plot_is_told_in_a_sentence() {
    let user = full("user", |index| if index == 100 { 81.0 } else { 10.0 });
    let system = full("system", |_| 2.0);
    let document = render_overview(&with_panels(vec![panel(PanelKind::Cpu, vec![user, system])]));
    let sentence = "CPU, last hour. now 12.0\u{a0}%, least 12.0\u{a0}%, most 83.0\u{a0}%.";
    assert!(document.contains(&format!("role=\"img\" aria-label=\"{sentence}\"")));
    assert!(document.contains("<span class=\"now\"><span class=\"num\">12.0"));
}

#[test]
fn what_is_sent_goes_down_and_is_labelled_positive() {
    let series = vec![full("received", |_| 400e6), full("sent", |_| 200e6)];
    let document = render_overview(&with_panels(vec![panel(PanelKind::Network, series)]));
    says(&document, "200 0 200 400 M");
    says(&document, "received 400 Mbit/s sent 200 Mbit/s");
    let sent = document.split("class=\"l c2\" d=\"").nth(1).unwrap();
    assert!(sent.starts_with("M0 150"), "{}", &sent[..20]);
}

#[test]
fn an_old_value_is_not_called_current() {
    let mut load = full("1 min", |_| 7.0);
    load.points.truncate(160);
    let document = render_overview(&with_panels(vec![panel(PanelKind::Load, vec![load])]));
    says(&document, "1 min –");
    says(&document, "no data since 14:25");
}

#[test]
fn an_alert_is_marked_in_the_plot_of_its_measurement() {
    let mut page = with_panels(vec![panel(PanelKind::Cpu, vec![full("user", |_| 9.0)])]);
    page.alerts = vec![alert(Level::Critical, "web-1", 30), alert(Level::Critical, "web-1", 300)];
    page.alerts
        .push(ActiveAlert { measurement: Some("disk".to_owned()), ..alert(Level::Warning, "web-1", 20) });
    let document = render_overview(&page);
    assert_eq!(document.matches("class=\"ev ").count(), 1);
}

#[test]
fn more_than_one_host_have_cards_in_the_order_of_names() {
    let mut page = page(&["a", "b"]);
    page.hosts[1].memory_percent = Some(54.7);
    page.alerts.push(alert(Level::Critical, "b", 4));
    let document = render_overview(&page);
    assert_eq!(document.matches("class=\"card hc ").count(), 2);
    assert!(
        document.find("href=\"/?host=a#host\" aria-current=\"true\"").unwrap()
            < document.find("hc critical").unwrap()
    );
    says(&document, "Memory 54.7 % Disk –");
}

#[test]
fn a_large_fleet_shows_its_worst_hosts() {
    let names: Vec<String> = (0..500).map(|index| format!("host-{index:03}")).collect();
    let mut page = page(&names.iter().map(String::as_str).collect::<Vec<_>>());
    page.alerts.push(alert(Level::Critical, "host-499", 4));
    let document = render_overview(&page);
    assert_eq!(document.matches("class=\"card hc ").count(), HOST_CARDS_MAX);
    assert_eq!(document.matches("class=\"card hc critical").count(), 1);
    says(&document, "440 more hosts");
}

#[test]
fn a_wish_that_is_not_known_is_told() {
    let mut page = page(&["web-1"]);
    page.selected = None;
    page.not_found = Some("wbe-1".to_owned());
    page.faults.push("found FORM, expected FROM at line 1, char 10".to_owned());
    let document = render_overview(&page);
    says(&document, "No host is named wbe-1 .");
    says(&document, "Part of this page could not be made. found FORM, expected FROM at line 1, char 10");
}

/// Everything that comes from outside is hostile at once.
fn hostile_page() -> OverviewPage {
    let mut page = page(&[HOSTILE, "second"]);
    page.alerts = vec![ActiveAlert {
        message: HOSTILE.to_owned(),
        rule: HOSTILE.to_owned(),
        measurement: Some("cpu".to_owned()),
        ..alert(Level::Critical, HOSTILE, 4)
    }];
    page.zone.name = HOSTILE.to_owned();
    page.version = HOSTILE.to_owned();
    page.not_found = Some(HOSTILE.to_owned());
    page.faults.push(HOSTILE.to_owned());
    page.hosts[0].facts.system = Some(HOSTILE.to_owned());
    let mut panels = panels(&[], NOW_NS);
    for panel in &mut panels {
        panel.subtitle = HOSTILE.to_owned();
        panel.series = vec![full(HOSTILE, |_| 1.0)];
    }
    page.selected = Some(Selected { name: HOSTILE.to_owned(), panels });
    page
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let document = render_overview(&hostile_page());
    assert_eq!(document.matches("<script").count(), 1);
    assert!(
        !document.contains("alert(1)</script>")
            && !document.contains('\u{202e}')
            && !document.contains('\u{0}')
    );
    let attributes: HashSet<&str> = tags(&document).into_iter().flat_map(attributes_of).collect();
    for name in &attributes {
        assert!(!name.starts_with("on") && *name != "style", "the attribute {name}");
    }
}

#[test]
fn a_hostile_name_is_encoded_in_its_address() {
    let document = render_overview(&hostile_page());
    let address = document.split("href=\"/?host=").nth(1).unwrap().split('"').next().unwrap();
    assert!(address.starts_with("%3C%2Ftitle%3E%3Cscript%3E"), "{address}");
    assert!(address.ends_with("#host"));
}

#[test]
fn every_id_is_unique_and_every_tag_is_closed() {
    let mut page = hostile_page();
    page.alerts = (0..60).map(|minute| alert(Level::Critical, "second", minute)).collect();
    for document in [render_overview(&page), render_overview(&self::page(&[]))] {
        let ids: Vec<&str> =
            document.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
        let unique: HashSet<&&str> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
        assert_balanced(&document);
    }
}

#[test]
fn the_page_refers_to_nothing_but_its_assets() {
    let document = render_overview(&page(&["web-1"]));
    for asset in assets() {
        assert!(document.contains(&format!("\"{}\"", asset.path)));
    }
    assert!(!document.contains("http://") && !document.contains("https://") && !document.contains("<style"));
}

#[test]
fn the_parts_are_the_same_on_every_rendering() {
    let parts = |document: &str| -> Vec<String> {
        let marked = tags(document).into_iter().filter(|tag| tag.ends_with("data-part"));
        marked.filter_map(|tag| Some(tag.split(" id=\"").nth(1)?.split('"').next()?.to_owned())).collect()
    };
    let quiet = render_overview(&page(&["web-1"]));
    let loud = render_overview(&hostile_page());
    assert_eq!(parts(&quiet), parts(&loud));
    assert_eq!(parts(&quiet), ["live", "attention", "notes", "counts", "alerts", "hosts", "host"]);
}

#[test]
fn one_host_with_a_full_hour_stays_under_sixty_kilobytes() {
    let noisy = |seed: i64| move |index: i64| ((index * 7_919 + seed * 104_729) % 997) as f64 / 10.0;
    let lines = |count: i64, factor: f64| -> Vec<Series> {
        (0..count).map(|seed| full("series", move |index| noisy(seed)(index) * factor)).collect()
    };
    let page = with_panels(vec![
        panel(PanelKind::Cpu, lines(5, 0.2)),
        panel(PanelKind::Memory, lines(2, 1e8)),
        panel(PanelKind::DiskSpace, lines(4, 1.0)),
        panel(PanelKind::Network, lines(2, 1e6)),
        panel(PanelKind::Load, lines(3, 0.1)),
        panel(PanelKind::DiskTraffic, lines(2, 1e6)),
    ]);
    let document = render_overview(&page);
    assert!(document.len() < 60_000, "{} bytes", document.len());
}

#[test]
fn absurd_values_and_times_are_drawn_without_a_panic() {
    let absurd = [f64::NAN, f64::INFINITY, -1e300, 1e300, f64::MIN_POSITIVE, -0.0];
    let series = || full("absurd", |index| absurd[usize::try_from(index).unwrap() % absurd.len()]);
    let kinds = [
        PanelKind::Cpu,
        PanelKind::Memory,
        PanelKind::DiskSpace,
        PanelKind::Network,
        PanelKind::Load,
        PanelKind::DiskTraffic,
    ];
    for now_ns in [NOW_NS, 0, i64::MAX, i64::MIN] {
        let panels =
            kinds.map(|kind| Panel { capacity: Some(f64::NAN), ..panel(kind, vec![series(), series()]) });
        let mut page = with_panels(panels.to_vec());
        page.now_ns = now_ns;
        page.alerts.push(ActiveAlert { since_ns: i64::MIN, ..alert(Level::Critical, "web-1", 0) });
        let document = render_overview(&page);
        assert!(!document.contains("NaN") && !document.contains("inf\""), "at {now_ns}");
    }
}

#[test]
fn rows_become_a_page() {
    let rows = |tags: &[(&str, &str)], value: f64| Rows {
        tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        times: vec![NOW_NS.div_euclid(BUCKET_NS) * BUCKET_NS],
        columns: vec![vec![Some(value)]; 4],
    };
    let fleet = vec![Answer { id: QueryId::Hosts, rows: vec![rows(&[("host", "web-1")], 3_560_000.0)] }];
    let machine = vec![Answer { id: QueryId::Load, rows: vec![rows(&[], 2.0)] }];
    let mut page = page(&[]);
    page.hosts = hosts(&fleet);
    page.selected = Some(Selected { name: "web-1".to_owned(), panels: panels(&machine, NOW_NS) });
    let document = render_overview(&page);
    says(&document, "Up for 41 d Last value 10 s ago");
    says(&document, "1 min 2.00 5 min 2.00 15 min 2.00");
    says(&document, "2 cores");
}

/// The inside of every tag.
fn tags(document: &str) -> Vec<&str> {
    document.split('<').skip(1).filter_map(|part| part.split('>').next()).collect()
}

/// The names of a tag's attributes; values are always in double quotes.
fn attributes_of(tag: &str) -> Vec<&str> {
    let outside: Vec<&str> = tag.split('"').step_by(2).collect();
    outside.iter().flat_map(|part| part.split_whitespace()).map(|word| word.trim_end_matches('=')).collect()
}

fn assert_balanced(document: &str) {
    const VOID: [&str; 5] = ["!doctype", "meta", "link", "input", "br"];
    let mut open: Vec<&str> = Vec::new();
    for tag in tags(document) {
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closed at {tag:?}");
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}
