//! What udev knows of a block device: `/run/udev/data/bMAJOR:MINOR`.
//!
//! Lines are `E:KEY=VALUE` (a property) and `S:disk/by-id/...` (a link below `/dev`).

use crate::kernel_file::KernelFile;
use std::path::Path;

/// A device's properties and links; empty when udev does not run.
#[derive(Debug, Default)]
pub(super) struct Device {
    properties: Vec<(String, String)>,
    /// Names below `/dev`, without that prefix.
    pub(super) links: Vec<String>,
}

impl Device {
    /// Looks the device with this number (`8:1`) up.
    pub(super) fn read(run: &Path, number: &str) -> Self {
        let mut file = KernelFile::new(run.join("udev/data").join(format!("b{number}")));
        let mut device = Self::default();
        let Ok(text) = file.read() else { return device };
        for line in text.lines() {
            if let Some(link) = line.text.strip_prefix("S:") {
                device.links.push(link.to_owned());
            } else if let Some((key, value)) =
                line.text.strip_prefix("E:").and_then(|line| line.split_once('='))
            {
                device.properties.push((key.to_owned(), value.to_owned()));
            }
        }
        device
    }

    /// The property of this name.
    pub(super) fn property(&self, key: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == key).map(|(_, value)| &**value)
    }

    /// The name that the first template gives whose `$VARIABLES` are all known.
    pub(super) fn name_from(&self, templates: &[String]) -> Option<String> {
        templates.iter().find_map(|template| self.fill(template))
    }

    /// Replaces `$NAME` and `${NAME}`.
    fn fill(&self, template: &str) -> Option<String> {
        let mut name = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('$') {
            name.push_str(before);
            let (variable, behind) = split_variable(after)?;
            name.push_str(self.property(variable)?);
            rest = behind;
        }
        name.push_str(rest);
        Some(name)
    }
}

fn split_variable(text: &str) -> Option<(&str, &str)> {
    if let Some(braced) = text.strip_prefix('{') {
        return braced.split_once('}');
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device() -> Device {
        let property = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        Device {
            properties: vec![property("DM_VG_NAME", "vg0"), property("DM_LV_NAME", "root")],
            links: Vec::new(),
        }
    }

    #[test]
    fn the_first_template_that_is_fully_known_wins() {
        let templates = ["$ID_FS_LABEL", "$DM_VG_NAME/${DM_LV_NAME}-x", "fixed"].map(str::to_owned);
        assert_eq!(device().name_from(&templates).unwrap(), "vg0/root-x");
        assert_eq!(Device::default().name_from(&templates).unwrap(), "fixed");
        assert_eq!(Device::default().name_from(&templates[..2]), None);
    }

    #[test]
    fn a_broken_template_gives_no_name() {
        for template in ["$", "${DM_VG_NAME", "a$-"] {
            assert_eq!(device().name_from(&[template.to_owned()]), None, "{template}");
        }
    }
}
