//! Small pieces of text that several parts of the page need.

use crate::{
    html::{Html, percent_encoded},
    limits::NAME_CHARS_MAX,
    number::{Figure, NB},
    page::OverviewPage,
};

/// A moment: the words, with the exact time for machines and for the pointer.
pub(crate) fn time(page: &OverviewPage, time_ns: i64, words: &str) -> Html {
    let iso = page.zone.iso(time_ns);
    Html::of(r#"<time datetime="{}" title="{}">{}</time>"#, &[&iso, &iso, &words])
}

/// Digits, and the unit in a lighter face; a dash for what is absent.
pub(crate) fn figure(figure: Option<&Figure>) -> Html {
    let Some(figure) = figure else { return Html::literal(r#"<span class="muted">–</span>"#) };
    if figure.unit.is_empty() {
        return Html::of(r#"<span class="num">{}</span>"#, &[&figure.digits]);
    }
    let unit = format!("{NB}{}", figure.unit);
    Html::of(r#"<span class="num">{}<span class="unit">{}</span></span>"#, &[&figure.digits, &unit])
}

/// A name within its line: a long one ends in an ellipsis.
pub(crate) fn short(name: &str) -> String {
    if name.is_empty() {
        return "(no name)".to_owned();
    }
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_CHARS_MAX - 1).chain(['…']).collect()
}

/// Where a host is shown.
pub(crate) fn host_address(name: &str) -> String {
    format!("/?host={}#host", percent_encoded(name))
}

/// Units that make a number worth a bold face.
const UNITS: [&str; 22] = [
    "%", "ms", "s", "min", "h", "d", "w", "B", "KiB", "MiB", "GiB", "TiB", "kB", "MB", "GB", "TB", "kB/s",
    "MB/s", "GB/s", "kbit/s", "Mbit/s", "Gbit/s",
];

/// A sentence with its first measured number in bold, which no line break parts from its unit.
pub(crate) fn emphasised(sentence: &str) -> Html {
    let Some((before, number, unit, after)) = first_measure(sentence) else {
        return Html::of("{}", &[&sentence]);
    };
    let measure = format!("{number}{NB}{unit}");
    Html::of("{}<b>{}</b>{}", &[&before, &measure, &after])
}

/// The words before the first number with a unit, both, and the words after them.
fn first_measure(sentence: &str) -> Option<(&str, &str, &str, &str)> {
    let mut from = 0;
    while let Some(start) = sentence[from..].find(|c: char| c.is_ascii_digit()).map(|at| from + at) {
        let number_len = sentence[start..].find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
        let end = start + number_len?;
        let rest = sentence[end..].trim_start_matches([' ', NB]);
        let unit =
            &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '%' && c != '/').unwrap_or(rest.len())];
        let stands_alone = sentence[..start].ends_with([' ', NB]) || start == 0;
        if stands_alone && UNITS.contains(&unit) {
            return Some((&sentence[..start], &sentence[start..end], unit, &rest[unit.len()..]));
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sentence: &str, expected: &str) {
        assert_eq!(emphasised(sentence).into_string().replace(NB, "_"), expected);
    }

    #[test]
    fn the_first_measure_is_bold() {
        check("CPU at 94 % for 5 min", "CPU at <b>94_%</b> for 5 min");
        check("/srv is full in 20h at this pace", "/srv is full in <b>20_h</b> at this pace");
        check("83.6% of /var", "<b>83.6_%</b> of /var");
        check("7 containers used 2 GiB", "7 containers used <b>2_GiB</b>");
    }

    #[test]
    fn a_sentence_without_a_measure_stays_as_it_is() {
        check("backend api: 0 of 4 servers up", "backend api: 0 of 4 servers up");
        check("eth0 d is down on rack7 d", "eth0 d is down on rack7 d");
        check("ends with 12", "ends with 12");
        check("", "");
        check("é9é % <b>", "é9é % &lt;b&gt;");
    }

    #[test]
    fn a_long_name_ends_in_an_ellipsis() {
        assert_eq!(short("web-1"), "web-1");
        assert_eq!(short(&"é".repeat(33)).chars().count(), 32);
        assert_eq!(short(""), "(no name)");
    }
}
