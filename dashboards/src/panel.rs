//! One panel of a host: what was measured, in base units, ready to be drawn.

/// What a panel shows. The order is the order on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PanelKind {
    /// Processor time by kind, stacked, in percent.
    Cpu,
    /// Memory by use, stacked, in bytes.
    Memory,
    /// File systems, in percent of their size.
    DiskSpace,
    /// Received and sent, in bits per second; the second series is drawn below zero.
    Network,
    /// Load averages.
    Load,
    /// Written and read, in bytes per second.
    DiskTraffic,
}

/// One panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What it shows; decides unit, axis and drawing.
    pub kind: PanelKind,
    /// Muted words after the title, empty for none.
    pub subtitle: String,
    /// The lines, in the order of their colours; of a stack the lowest first.
    pub series: Vec<Series>,
    /// Where the axis ends (bytes of memory) or a line is drawn (processors), where known.
    pub capacity: Option<f64>,
}

/// One line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// Time in nanoseconds since 1970, ascending, and a finite value in the panel's base unit.
    /// Where nothing was measured there is no point: gaps are drawn as gaps.
    pub points: Vec<(i64, f64)>,
}

impl Series {
    /// The newest point.
    pub(crate) fn last(&self) -> Option<(i64, f64)> {
        self.points.last().copied()
    }

    /// The value at exactly this time.
    pub(crate) fn at(&self, time_ns: i64) -> Option<f64> {
        let index = self.points.binary_search_by_key(&time_ns, |(time, _)| *time).ok()?;
        Some(self.points[index].1)
    }
}

impl PanelKind {
    /// The panel's heading.
    pub fn title(self) -> &'static str {
        match self {
            PanelKind::Cpu => "CPU",
            PanelKind::Memory => "Memory",
            PanelKind::DiskSpace => "Disk space",
            PanelKind::Network => "Network",
            PanelKind::Load => "Load",
            PanelKind::DiskTraffic => "Disk traffic",
        }
    }

    /// The measurement behind it; an alert about this measurement is marked in the plot.
    pub fn measurement(self) -> &'static str {
        match self {
            PanelKind::Cpu => "cpu",
            PanelKind::Memory => "mem",
            PanelKind::DiskSpace => "disk",
            PanelKind::Network => "net",
            PanelKind::Load => "system",
            PanelKind::DiskTraffic => "diskio",
        }
    }

    /// The id of its section, unique on the page.
    pub(crate) fn id(self) -> &'static str {
        match self {
            PanelKind::Cpu => "panel-cpu",
            PanelKind::Memory => "panel-memory",
            PanelKind::DiskSpace => "panel-disk-space",
            PanelKind::Network => "panel-network",
            PanelKind::Load => "panel-load",
            PanelKind::DiskTraffic => "panel-disk-traffic",
        }
    }

    /// Whether the series stand on each other.
    pub(crate) fn stacked(self) -> bool {
        matches!(self, PanelKind::Cpu | PanelKind::Memory)
    }
}
