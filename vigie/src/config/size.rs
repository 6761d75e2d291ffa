//! Sizes as people write them: `512MiB`, `2 GB`, `4096`.

use std::fmt;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

impl Size {
    /// Reads a number with a unit, or a number of bytes.
    ///
    /// # Errors
    /// What was expected, as a clause.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parse(text).map(Self).ok_or_else(|| format!("expected a size such as \"512MiB\", found {text:?}"))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0 && self.0.is_multiple_of(1 << 20) {
            write!(f, "{}MiB", self.0 >> 20)
        } else {
            write!(f, "{}", self.0)
        }
    }
}

fn parse(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 10] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("B", 1),
        ("", 1),
    ];
    let digits = text.trim().trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.trim()[digits.len()..].trim();
    let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_printed() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Size::parse(text).ok().map(|size| size.to_string()).as_deref(), expected, "{text}");
        };
        check("512MiB", Some("512MiB"));
        check(" 2 GiB ", Some("2048MiB"));
        check("1TB", Some("1000000000000"));
        check("0", Some("0"));
        check("0MiB", Some("0"));
        check("1000", Some("1000"));
        check("-1", None);
        check("1.5GiB", None);
        check("5 TiBs", None);
        check("", None);
        check("99999999999999999999", None);
    }
}
