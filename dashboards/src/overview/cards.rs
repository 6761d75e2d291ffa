//! A card for each host, where there is more than one.

use crate::{
    html::Html,
    icon,
    level::Level,
    limits::HOST_CARDS_MAX,
    number,
    number::Unit,
    overview::words,
    page::{Host, OverviewPage},
    plot::{Window, meter, spark},
    zone::SECOND_NS,
};

/// Buckets of the coarse CPU line.
const BUCKET_NS: i64 = 60 * SECOND_NS;

/// The cards in the order of names, which never moves. Of a large fleet the worst are shown.
pub(crate) fn html(page: &OverviewPage) -> Html {
    let mut html = Html::literal(r#"<div id="hosts" data-part>"#);
    if page.hosts.len() > 1 {
        html.put(r#"<div class="hosts">"#, &[]);
        for (host, level) in shown(page) {
            html.add(&card(page, host, level));
        }
        html.put("</div>", &[]);
        if page.hosts.len() > HOST_CARDS_MAX {
            let left = number::count(page.hosts.len() - HOST_CARDS_MAX);
            html.put(r#"<p class="muted small">{} more hosts; find one by its name above.</p>"#, &[&left]);
        }
    }
    html.put("</div>", &[]);
    html
}

fn shown(page: &OverviewPage) -> Vec<(&Host, Level)> {
    let mut hosts: Vec<(&Host, Level)> = page.hosts.iter().map(|host| (host, page.level(host))).collect();
    if hosts.len() > HOST_CARDS_MAX {
        hosts.sort_by_key(|(_, level)| *level);
        hosts.truncate(HOST_CARDS_MAX);
    }
    hosts.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    hosts
}

fn card(page: &OverviewPage, host: &Host, level: Level) -> Html {
    let selected = page.selected.as_ref().is_some_and(|selected| selected.name == host.name);
    let current = if selected { Html::literal(r#" aria-current="true""#) } else { Html::default() };
    let up = host
        .facts
        .uptime_seconds
        .and_then(crate::fleet::count)
        .and_then(|seconds| i64::try_from(seconds).ok());
    let up = up.map_or_else(String::new, |seconds| format!("up {}", number::duration(seconds)));
    Html::of(
        r#"<a class="card hc {}" href="{}"{}><span class="t">{}<b title="{}">{}</b><span class="sub">{}</span></span>{}{}<span class="ms">{}{}{}</span></a>"#,
        &[
            &level.class(),
            &words::host_address(&host.name),
            &current,
            &icon::state_hidden_word(level),
            &host.name,
            &words::short(&host.name),
            &up,
            &second_line(page, host, level),
            &spark(&host.cpu, Window::last_hour(page.now_ns, BUCKET_NS), 100.0, "CPU, last hour"),
            &bar(page, host, "CPU", "cpu", cpu_now(page, host)),
            &bar(page, host, "Memory", "mem", host.memory_percent),
            &bar(page, host, "Disk", "disk", host.disk_percent),
        ],
    )
}

/// Facts when all is well, the reason otherwise: one line in any case, so that no height changes.
fn second_line(page: &OverviewPage, host: &Host, level: Level) -> Html {
    if let Some(worst) = page.alerts_of(&host.name).min_by_key(|alert| alert.level) {
        let class = worst.level.class();
        return Html::of(
            r#"<span class="why {}" title="{}">{}</span>"#,
            &[&class, &worst.message, &words::emphasised(&worst.message)],
        );
    }
    if level == Level::Unknown {
        let silence = host.age_ns(page.now_ns).map_or_else(
            || "nothing heard yet".to_owned(),
            |age| format!("silent for {}", number::duration(age / SECOND_NS)),
        );
        return Html::of(r#"<span class="why unknown">{}</span>"#, &[&silence]);
    }
    Html::of(r#"<span class="why muted">{}</span>"#, &[&facts(host)])
}

/// `Debian 12, 8 cores, 32 GiB`
fn facts(host: &Host) -> String {
    let cores = host.facts.cores.map(number::cores);
    let memory = host.facts.memory_bytes.map(number::bytes);
    let known: Vec<String> = host.facts.system.clone().into_iter().chain(cores).chain(memory).collect();
    if known.is_empty() { "\u{a0}".to_owned() } else { known.join(", ") }
}

fn cpu_now(page: &OverviewPage, host: &Host) -> Option<f64> {
    let (time, busy) = host.cpu.last()?;
    (page.now_ns.saturating_sub(time) <= 3 * BUCKET_NS).then_some(busy)
}

/// Name, meter and number of one share.
fn bar(page: &OverviewPage, host: &Host, name: &str, measurement: &str, percent: Option<f64>) -> Html {
    let about = page.alerts_of(&host.name).filter(|alert| alert.measurement.as_deref() == Some(measurement));
    let level = about.map(|alert| alert.level).min().unwrap_or(Level::Ok);
    let drawn = percent.map(|percent| meter(percent, level));
    let figure = percent.map(|percent| Unit::Percent.figure(percent));
    let meter = drawn.unwrap_or_else(|| Html::literal("<span></span>"));
    Html::of("<span>{}</span>{}{}", &[&name, &meter, &words::figure(figure.as_ref())])
}
