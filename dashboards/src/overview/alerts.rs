//! The active alerts, worst and newest first.

use std::cmp::Reverse;

use crate::{
    html::Html,
    icon,
    limits::{ALERTS_MAX, ALERTS_OPEN},
    number,
    overview::words,
    page::{ActiveAlert, OverviewPage},
};

/// The list, or an empty part when no alert is on. The rest beyond the first rows is folded.
pub(crate) fn html(page: &OverviewPage) -> Html {
    let mut html = Html::literal(r#"<div id="alerts" data-part>"#);
    if !page.alerts.is_empty() {
        html.add(&card(page, &ordered(page)));
    }
    html.put("</div>", &[]);
    html
}

fn ordered(page: &OverviewPage) -> Vec<&ActiveAlert> {
    let mut alerts: Vec<&ActiveAlert> = page.alerts.iter().collect();
    alerts.sort_by_key(|alert| (alert.level, Reverse(alert.since_ns), &alert.host, &alert.rule));
    alerts
}

fn card(page: &OverviewPage, alerts: &[&ActiveAlert]) -> Html {
    let (open, rest) = alerts.split_at(alerts.len().min(ALERTS_OPEN));
    let folded = &rest[..rest.len().min(ALERTS_MAX - ALERTS_OPEN)];
    let order = if alerts.len() == 1 { "" } else { ", worst and newest first" };
    let mut html = Html::of(
        r#"<section class="card"><header><h2>Active alerts</h2><span class="muted small">{}{}</span></header>{}"#,
        &[&number::count(alerts.len()), &order, &table(page, open)],
    );
    if !folded.is_empty() {
        html.put(
            r#"<details id="more-alerts"><summary>{} more</summary>{}</details>"#,
            &[&number::count(folded.len()), &table(page, folded)],
        );
    }
    if rest.len() > folded.len() {
        let left = number::count(rest.len() - folded.len());
        html.put("<footer>{} more are on and not listed here</footer>", &[&left]);
    }
    html.put("</section>", &[]);
    html
}

fn table(page: &OverviewPage, alerts: &[&ActiveAlert]) -> Html {
    let mut html = Html::literal(
        r#"<table class="worst"><thead class="hide"><tr><th>State</th><th>Host</th><th>What</th><th>Since</th></tr></thead><tbody>"#,
    );
    for alert in alerts {
        html.add(&row(page, alert));
    }
    html.put("</tbody></table>", &[]);
    html
}

fn row(page: &OverviewPage, alert: &ActiveAlert) -> Html {
    let age = number::duration(page.now_ns.saturating_sub(alert.since_ns) / 1_000_000_000);
    Html::of(
        r#"<tr><td class="i">{}</td><td class="nowrap">{}</td><td class="msg">{}<span class="sub opt">{}</span></td><td class="r since muted">{}</td></tr>"#,
        &[
            &icon::state_hidden_word(alert.level),
            &host(page, alert),
            &words::emphasised(&alert.message),
            &alert.rule,
            &words::time(page, alert.since_ns, &age),
        ],
    )
}

fn host(page: &OverviewPage, alert: &ActiveAlert) -> Html {
    let Some(name) = &alert.host else { return Html::literal(r#"<span class="muted">–</span>"#) };
    let short = words::short(name);
    if page.hosts.iter().any(|host| host.name == *name) {
        let address = words::host_address(name);
        return Html::of(r#"<a class="host" href="{}" title="{}">{}</a>"#, &[&address, name, &short]);
    }
    Html::of(r#"<span class="host" title="{}">{}</span>"#, &[name, &short])
}
