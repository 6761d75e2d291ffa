//! Writes a page of invented but plausible values, with its assets beside it:
//!
//! ```text
//! cargo run -p dashboards --example preview -- preview/one.html one
//! ```
//!
//! The second word picks the case: `one` host (the default), `many` hosts, `stale`, `empty`.
//! Values go through the same rows and functions as real ones.

mod invented;

use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let file = words.next().ok_or("which file shall be written?")?;
    let page = invented::page(words.next().as_deref().unwrap_or("one"));
    let folder = Path::new(&file).parent().unwrap_or(Path::new("."));
    let mut document = dashboards::render_overview(&page);
    for asset in dashboards::assets() {
        let name = asset.path.trim_start_matches("/assets/");
        fs::write(folder.join(name), asset.bytes)?;
        document = document.replace(&asset.path, name);
    }
    fs::write(&file, document)?;
    Ok(())
}
