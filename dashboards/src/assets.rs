//! Style, script and icon, each under a name that holds the hash of its bytes, so that a browser may keep it
//! for a year and still gets the new one after an update.

use std::sync::LazyLock;

/// The `Content-Security-Policy` of every page: nothing but its own assets.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The `Cache-Control` of every asset.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// A file that a page refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Where it is served, such as `/assets/vigie-0123456789abcdef.css`.
    pub path: String,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its content.
    pub bytes: &'static [u8],
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| named("css", "text/css; charset=utf-8", include_bytes!("../assets/vigie.css")));
static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| named("js", "text/javascript; charset=utf-8", include_bytes!("../assets/vigie.js")));
static ICON: LazyLock<Asset> =
    LazyLock::new(|| named("svg", "image/svg+xml", include_bytes!("../assets/favicon.svg")));

/// The asset that is served at this path, none for any other path.
pub fn asset(path: &str) -> Option<&'static Asset> {
    assets().into_iter().find(|asset| asset.path == path)
}

/// All assets: style, script, icon.
pub fn assets() -> [&'static Asset; 3] {
    [&STYLE, &SCRIPT, &ICON]
}

/// Where the style sheet is.
pub(crate) fn style_path() -> &'static str {
    &STYLE.path
}

/// Where the script is.
pub(crate) fn script_path() -> &'static str {
    &SCRIPT.path
}

/// Where the icon is.
pub(crate) fn icon_path() -> &'static str {
    &ICON.path
}

fn named(extension: &str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { path: format!("/assets/vigie-{:016x}.{extension}", fnv1a(bytes)), content_type, bytes }
}

/// FNV-1a, 64 bits: it tells versions apart, it protects nothing.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // Test vectors of the algorithm's authors.
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn each_asset_is_found_by_its_path_only() {
        for one in assets() {
            assert_eq!(asset(&one.path), Some(one));
        }
        assert_eq!(asset("/assets/vigie.css"), None);
        assert_eq!(asset(""), None);
    }

    #[test]
    fn the_script_is_small() {
        assert!(SCRIPT.bytes.len() <= 4096, "{} bytes", SCRIPT.bytes.len());
    }

    #[test]
    fn assets_ask_for_nothing_else() {
        let style = std::str::from_utf8(STYLE.bytes).unwrap();
        assert!(!style.contains("url(") && !style.contains("@import"));
        let script = std::str::from_utf8(SCRIPT.bytes).unwrap();
        assert!(!script.contains("http://") && !script.contains("https://") && !script.contains("eval("));
    }
}
