//! What an input is, and the table of all of them.
//!
//! An input is one file (or folder): its settings, how they are read, the gathering and its tests. A
//! new one is a line in [`INPUTS`]. An input that reads the kernel's files is a [`BlockingInput`]; one
//! that waits for the network is an [`AsyncInput`].

mod cpu;
mod disk;
mod diskio;
mod kernel;
mod mem;
mod net;
mod processes;
mod swap;
mod system;
#[cfg(test)]
pub(crate) mod testing;
mod udev;

use crate::{Accumulator, Host, Result};
use settings::{Section, SettingsError};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

/// What an asynchronous gather comes to.
pub type GatherFuture<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// An input that may block its thread for a moment.
pub trait BlockingInput: Send {
    /// Reports what there is now.
    ///
    /// # Errors
    /// When there is nothing to report. What fails in part goes to [`Accumulator::add_error`].
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()>;
}

/// An input that waits for others.
pub trait AsyncInput: Send {
    /// As [`BlockingInput::gather`]. Dropping the future gives the gather up.
    fn gather<'a>(&'a mut self, accumulator: &'a mut Accumulator) -> GatherFuture<'a>;
}

/// An input that is ready to gather.
pub enum Input {
    /// It runs on a thread of its own.
    Blocking(Box<dyn BlockingInput>),
    /// It runs on the runtime.
    Async(Box<dyn AsyncInput>),
}

/// An input's own settings: they make the input, and make it anew after a panic.
pub trait InputSettings: fmt::Debug + Send + Sync {
    /// The input, with no memory of earlier gathers.
    fn build(&self, host: &Host) -> Input;
}

/// A kind of input.
pub struct InputKind {
    /// `[[inputs.NAME]]`.
    pub name: &'static str,
    /// A sentence for people.
    pub description: &'static str,
    /// Its section with every setting explained, the usual ones active.
    pub sample: &'static str,
    /// Whether a single gather says little, because it reports differences.
    pub needs_two_gathers: bool,
    pub(crate) read: fn(&mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError>,
}

impl fmt::Debug for InputKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InputKind").field(&self.name).finish()
    }
}

/// Every input, by name.
pub const INPUTS: &[InputKind] = &[
    cpu::KIND,
    disk::KIND,
    diskio::KIND,
    kernel::KIND,
    mem::KIND,
    net::KIND,
    processes::KIND,
    swap::KIND,
    system::KIND,
];

/// The input of this name.
pub(crate) fn find(name: &str) -> Option<&'static InputKind> {
    INPUTS.iter().find(|kind| kind.name == name)
}

#[cfg(test)]
mod tests;
