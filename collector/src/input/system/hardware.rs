//! The group `dmi`: what the firmware says of the machine, from `/sys/class/dmi/id`.
//!
//! Serial numbers and the like are readable by root only; what cannot be read is left out.

use crate::Host;
use crate::kernel_file::attribute;

/// Field and file.
const FILES: [(&str, &str); 21] = [
    ("bios_vendor", "bios_vendor"),
    ("bios_version", "bios_version"),
    ("bios_date", "bios_date"),
    ("board_vendor", "board_vendor"),
    ("board_product", "board_name"),
    ("board_version", "board_version"),
    ("board_serial", "board_serial"),
    ("board_asset_tag", "board_asset_tag"),
    ("chassis_vendor", "chassis_vendor"),
    ("chassis_type_code", "chassis_type"),
    ("chassis_version", "chassis_version"),
    ("chassis_serial", "chassis_serial"),
    ("chassis_asset_tag", "chassis_asset_tag"),
    ("product_vendor", "sys_vendor"),
    ("product_name", "product_name"),
    ("product_family", "product_family"),
    ("product_version", "product_version"),
    ("product_serial", "product_serial"),
    ("product_sku", "product_sku"),
    ("product_uuid", "product_uuid"),
    ("chassis_type", "chassis_type"),
];

/// What the number of a chassis means, from 1 (System Management BIOS specification 3.6, 7.4.1).
const CHASSIS: [&str; 36] = [
    "Other",
    "Unknown",
    "Desktop",
    "Low profile desktop",
    "Pizza box",
    "Mini tower",
    "Tower",
    "Portable",
    "Laptop",
    "Notebook",
    "Hand held",
    "Docking station",
    "All in one",
    "Sub notebook",
    "Space-saving",
    "Lunch box",
    "Main server chassis",
    "Expansion chassis",
    "SubChassis",
    "Bus Expansion chassis",
    "Peripheral chassis",
    "RAID chassis",
    "Rack mount chassis",
    "Sealed-case PC",
    "Multi-system chassis",
    "Compact PCI",
    "Advanced TCA",
    "Blade",
    "Blade enclosure",
    "Tablet",
    "Convertible",
    "Detachable",
    "IoT gateway",
    "Embedded PC",
    "Mini PC",
    "Stick PC",
];

/// What is readable, by field name.
pub(super) fn read(host: &Host) -> Vec<(&'static str, String)> {
    let folder = host.sys.join("class/dmi/id");
    let texts = FILES.iter().filter_map(|(field, file)| {
        let value = attribute(&folder.join(file))?;
        let value = if *field == "chassis_type" { chassis(&value).to_owned() } else { value };
        Some((*field, value))
    });
    texts.collect()
}

fn chassis(number: &str) -> &'static str {
    let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    index.and_then(|index| CHASSIS.get(index)).copied().unwrap_or("Unknown")
}
