//! Figures as people read them, and tables of them.

use comfy_table::{CellAlignment, Table, presets};

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

/// A duration in ns, where 0 is for ever.
pub(super) fn duration(ns: i64) -> String {
    if ns == 0 { "for ever".to_owned() } else { model::duration::to_influxql(ns) }
}

/// Rows under a header. Columns whose names begin with `>` stand right.
pub(super) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.iter().map(|name| name.trim_start_matches('>')));
    rows.into_iter().for_each(|row| {
        table.add_row(row);
    });
    for (index, column) in table.column_iter_mut().enumerate() {
        let is_right = header[index].starts_with('>');
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
        assert_eq!([per(1, 3), per(1, 0), share(1, 8)], ["0.33", "-", "12.5 %"]);
    }
}
