//! The five counts, in the order of states.

use crate::{
    html::Html,
    icon,
    level::{ALL_LEVELS, Level},
    number,
    overview::words,
    page::{ActiveAlert, OverviewPage},
};

/// Hosts by state; below each number one fact.
pub(crate) fn html(page: &OverviewPage) -> Html {
    let counts = page.counts();
    let mut html =
        Html::literal(r#"<ul class="card counts cols" id="counts" aria-label="Hosts by state" data-part>"#);
    for level in ALL_LEVELS {
        let count = counts.of(level);
        let zero = if count == 0 { " zero" } else { "" };
        html.put(
            r#"<li class="{}{}">{}<b>{}</b><small>{}</small></li>"#,
            &[
                &level.class(),
                &zero,
                &icon::state_word(level, false),
                &number::count(count),
                &fact(page, level, count),
            ],
        );
    }
    html.put("</ul>", &[]);
    html
}

/// `of 12 hosts` for OK, else since when the oldest of these alerts is on.
fn fact(page: &OverviewPage, level: Level, count: usize) -> Html {
    if level == Level::Ok {
        let noun = if page.hosts.len() == 1 { "host" } else { "hosts" };
        return Html::of("of {} {}", &[&number::count(page.hosts.len()), &noun]);
    }
    let oldest = page.alerts.iter().filter(|alert| alert.level == level).map(|alert| alert.since_ns).min();
    match oldest.filter(|_| count > 0) {
        Some(since_ns) => {
            let age = number::duration((page.now_ns.saturating_sub(since_ns)) / 1_000_000_000);
            Html::of("for {}", &[&words::time(page, since_ns, &age)])
        }
        None if level == Level::Unknown && count > 0 => Html::literal("nothing heard of late"),
        None => without_host(page, level),
    }
}

/// Alerts of this state that are about no host in the counts.
fn without_host(page: &OverviewPage, level: Level) -> Html {
    let elsewhere = |alert: &&ActiveAlert| alert.level == level && alert.host.is_none();
    match page.alerts.iter().filter(elsewhere).count() {
        0 => Html::default(),
        1 => Html::literal("1 alert without a host"),
        many => Html::of("{} alerts without a host", &[&number::count(many)]),
    }
}
