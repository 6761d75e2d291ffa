//! Prometheus' text form 0.0.4: `# HELP`, `# TYPE`, then a line per sample.

use std::fmt::Write as _;

/// Samples on their way to `/metrics`. All samples of one name are added one after another.
#[derive(Debug, Default)]
pub struct MetricsText {
    text: String,
    last_name: String,
}

/// A sample's labels.
pub(super) type Labels<'a> = &'a [(&'a str, String)];

impl MetricsText {
    /// Adds a count that only rises; its name ends in `_total`.
    pub fn counter(&mut self, name: &str, help: &str, labels: Labels<'_>, value: u64) {
        self.head(name, help, "counter");
        self.sample(name, labels, value);
    }

    /// Adds a value that rises and falls.
    pub fn gauge(&mut self, name: &str, help: &str, labels: Labels<'_>, value: f64) {
        self.head(name, help, "gauge");
        self.sample(name, labels, value);
    }

    /// Adds a histogram: per bucket its upper bound and how many values lie at or below it.
    pub fn histogram(&mut self, name: &str, help: &str, buckets: &[(f64, u64)], sum: f64, count: u64) {
        self.head(name, help, "histogram");
        let bucket_name = format!("{name}_bucket");
        for (bound, at_or_below) in buckets {
            self.sample(&bucket_name, &[("le", bound.to_string())], at_or_below);
        }
        self.sample(&bucket_name, &[("le", "+Inf".to_owned())], count);
        self.sample(&format!("{name}_sum"), &[], sum);
        self.sample(&format!("{name}_count"), &[], count);
    }

    /// The whole text.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        if self.last_name != name {
            writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}")
                .expect("a String takes everything");
            name.clone_into(&mut self.last_name);
        }
    }

    fn sample(&mut self, name: &str, labels: Labels<'_>, value: impl std::fmt::Display) {
        self.text.push_str(name);
        for (index, (key, value)) in labels.iter().enumerate() {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let before = if index == 0 { '{' } else { ',' };
            write!(self.text, "{before}{key}=\"{escaped}\"").expect("a String takes everything");
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        writeln!(self.text, " {value}").expect("a String takes everything");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_head_and_labels_are_escaped() {
        let mut out = MetricsText::default();
        out.counter("a_total", "As", &[("x", "1\"".to_owned())], 1);
        out.counter("a_total", "As", &[("x", "2".to_owned()), ("y", "z".to_owned())], 2);
        out.histogram("h", "H", &[(0.5, 1)], 0.75, 2);
        let expected = "# HELP a_total As\n# TYPE a_total counter\na_total{x=\"1\\\"\"} 1\na_total{x=\"2\",y=\"z\"} 2\n\
            # HELP h H\n# TYPE h histogram\nh_bucket{le=\"0.5\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 0.75\nh_count 2\n";
        assert_eq!(out.finish(), expected);
    }
}
