//! Figures as people read them, and tables of them.

use super::Look;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// Columns of a screen that a table fits unless it is to be wide.
const SCREEN_COLUMNS: u16 = 100;

const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];

/// `1.4 MiB`.
pub(super) fn bytes(bytes: u64) -> String {
    let mut unit = 0;
    let mut size = bytes as f64;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{size:.1} {}", UNITS[unit]) }
}

/// `12,345,678`.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut told = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

/// `1 shard`, `2,000 shards`; `one` is the word for one of them.
pub(crate) fn counted(number: u64, one: &str) -> String {
    match (number, one) {
        (1, _) => format!("1 {one}"),
        (_, "series") => format!("{} series", count(number)),
        _ => format!("{} {one}s", count(number)),
    }
}

/// The word for so many.
pub(crate) fn plural(number: u64, one: &str) -> String {
    if number == 1 { one.to_owned() } else { format!("{one}s") }
}

/// How much of `parts` there is for each of `whole`: `0.31`, or `-` for none.
pub(super) fn per(parts: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.2}", parts as f64 / whole as f64) }
}

/// `12.5 %`.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.1} %", 100.0 * part as f64 / whole as f64) }
}

/// An instant in ns as RFC 3339.
pub(super) fn time(ns: i64) -> String {
    let mut out = String::new();
    query::text::push_rfc3339(&mut out, ns);
    out
}

/// An instant in ns, to the minute where the screen is narrow.
pub(super) fn moment(look: Look, ns: i64) -> String {
    let text = time(ns);
    match text.get(..16) {
        Some(minute) if !look.is_wide => minute.replace('T', " "),
        _ => text,
    }
}

/// A duration in ns, where 0 is for ever.
pub(super) fn duration(ns: i64) -> String {
    if ns == 0 { "for ever".to_owned() } else { model::duration::to_influxql(ns) }
}

/// Rows under a header. Columns whose names begin with `>` stand right. Those that begin with `+` are left out, and
/// what is long is folded, unless the table may be wide.
pub(super) fn table(look: Look, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let is_shown = |index: usize| look.is_wide || !header[index].starts_with('+');
    let shown: Vec<&str> =
        (0..header.len()).filter(|index| is_shown(*index)).map(|index| header[index]).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(shown.iter().map(|name| name.trim_start_matches(['+', '>'])));
    if !look.is_wide {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(SCREEN_COLUMNS);
    }
    rows.into_iter().for_each(|row| {
        table
            .add_row(row.into_iter().enumerate().filter(|(index, _)| is_shown(*index)).map(|(_, cell)| cell));
    });
    for (index, column) in table.column_iter_mut().enumerate() {
        let is_right = shown[index].trim_start_matches('+').starts_with('>');
        column.set_padding((u16::from(index > 0) * 2, 0));
        column.set_cell_alignment(if is_right { CellAlignment::Right } else { CellAlignment::Left });
    }
    format!("{}\n", table.trim_fmt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_counts_are_readable() {
        assert_eq!(
            [bytes(0), bytes(1023), bytes(1536), bytes(5 << 40)],
            ["0 B", "1023 B", "1.5 KiB", "5.0 TiB"]
        );
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [counted(1, "shard"), counted(0, "shard"), counted(1_000, "row"), counted(2, "series")],
            ["1 shard", "0 shards", "1,000 rows", "2 series"]
        );
        assert_eq!([per(1, 3), per(1, 0), share(1, 8)], ["0.33", "-", "12.5 %"]);
    }

    #[test]
    fn a_table_fits_the_screen_unless_it_may_be_wide() {
        let row = vec!["name".to_owned(), "only wide".to_owned(), "7".to_owned(), "some words ".repeat(30)];
        let header = ["a", "+b", ">c", "d"];
        let narrow = table(Look { is_json: false, is_wide: false }, &header, [row.clone()]);
        assert!(narrow.lines().all(|line| line.len() <= 100) && !narrow.contains("only wide"), "{narrow}");
        assert_eq!(narrow.matches("words").count(), 30);
        let wide = table(Look { is_json: false, is_wide: true }, &header, [row]);
        assert!(wide.lines().count() == 2 && wide.contains("only wide"), "{wide}");
        let look = |is_wide| Look { is_json: false, is_wide };
        assert_eq!(moment(look(false), 1_700_000_000_000_000_001), "2023-11-14 22:13");
        assert_eq!(moment(look(true), 1_700_000_000_000_000_001), "2023-11-14T22:13:20.000000001Z");
    }
}
