//! Vigie's faces: the built-in pages with their assets, and what Grafana needs to show the same.
//!
//! Everything here is a pure function: no file is read, no query is run, no clock is asked.
//! The server asks for the texts of the queries ([`fleet_queries`], [`host_queries`]), runs them, hands the
//! rows back ([`hosts`], [`panels`]), adds the alerts, and gets one whole document from [`render_overview`].
//!
//! * [`OverviewPage`] is all that the page says; whatever is not in it is not shown.
//! * [`Host`] and [`Panel`] are what was measured, in base units and nanoseconds.
//! * [`Answer`] carries rows from a query to this crate.
//! * [`asset`] serves style, script and icon by the hash of their bytes.
//!
//! A page is complete without script and asks for nothing but its own assets
//! ([`CONTENT_SECURITY_POLICY`]). All text from outside is escaped where it enters the markup, see `html`.
//!
//! Grafana's side is in files: `provisioning/` and `library/`.

#![forbid(unsafe_code)]

mod answer;
mod assets;
mod devices;
mod fleet;
mod html;
mod icon;
mod level;
mod limits;
mod number;
mod overview;
mod page;
mod panel;
mod plot;
mod queries;
mod readings;
mod zone;

pub use answer::{Answer, Rows};
pub use assets::{Asset, CACHE_CONTROL, CONTENT_SECURITY_POLICY, asset, assets};
pub use fleet::{choose, hosts};
pub use level::Level;
pub use limits::{ALERTS_MAX, ALERTS_OPEN, HOST_CARDS_MAX, SERIES_MAX, SILENT_AFTER_NS, STALE_AFTER_NS};
pub use overview::render_overview;
pub use page::{ActiveAlert, Counts, Facts, Host, OverviewPage, Selected};
pub use panel::{Panel, PanelKind, Series};
pub use queries::{PanelQuery, QueryId, fleet_queries, host_queries};
pub use readings::panels;
pub use zone::Zone;
