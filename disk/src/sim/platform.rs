//! The simulated machine around the disk: its power, its capacity, its faults and its count of operations.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use super::content::{Content, Mood};
use super::names::{Names, Node, NodeId};
use super::random::Random;
use super::{Fault, SECTOR_BYTES};
use crate::limits::SIM_HISTORY_MAX;
use crate::width::{index, offset};
use crate::{Error, Result};

#[derive(Debug)]
pub(super) struct Platform {
    pub(super) names: Names,
    pub(super) contents: BTreeMap<NodeId, Content>,
    pub(super) locks: BTreeSet<PathBuf>,
    pub(super) operations: u64,
    pub(super) syncs: u64,
    pub(super) history: VecDeque<String>,
    pub(super) cut_after: Option<u64>,
    pub(super) faults: BTreeMap<u64, Fault>,
    pub(super) capacity: Option<u64>,
    pub(super) syncs_paused: bool,
    pub(super) syncs_waiting: usize,
    random: Random,
    powered: bool,
    next_id: NodeId,
}

impl Platform {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            names: Names::new(),
            contents: BTreeMap::new(),
            locks: BTreeSet::new(),
            operations: 0,
            syncs: 0,
            history: VecDeque::new(),
            cut_after: None,
            faults: BTreeMap::new(),
            capacity: None,
            syncs_paused: false,
            syncs_waiting: 0,
            random: Random::new(seed),
            powered: true,
            next_id: 1,
        }
    }

    /// The machine after its power came back. This one stays off, so that threads left over cannot write on.
    pub(super) fn reboot(&mut self, seed: Option<u64>) -> Self {
        self.powered = false;
        let mut random = Random::new(seed.unwrap_or_else(|| self.random.next()));
        let names = self.names.after_power_cut(&mut random);
        let mood = Mood::draw(&mut random);
        let survivors = names.live_files();
        let contents = self.contents.iter().filter(|(id, _)| survivors.contains(id));
        let contents = contents
            .map(|(&id, content)| (id, Content::durable(content.after_power_cut(mood, &mut random))))
            .collect();
        Self { names, contents, capacity: self.capacity, next_id: self.next_id, ..Self::new(random.next()) }
    }

    pub(super) fn check_power(&self) -> Result<()> {
        if self.powered { Ok(()) } else { Err(Error::PowerLost) }
    }

    /// Counts a changing call; the answer is the fault that it must suffer, if any.
    pub(super) fn begin(&mut self, operation: &'static str, path: &Path) -> Result<Option<Fault>> {
        if self.cut_after.is_some_and(|last| self.operations >= last) {
            self.powered = false;
        }
        self.check_power()?;
        self.operations += 1;
        let fault = self.faults.remove(&self.operations);
        self.note(operation, path, fault);
        Ok(fault)
    }

    /// Counts a changing call that either happens whole or, at a fault, not at all.
    pub(super) fn begin_whole(&mut self, operation: &'static str, path: &Path) -> Result<()> {
        self.begin(operation, path)?.map_or(Ok(()), |fault| Err(fault.error(operation, path)))
    }

    pub(super) fn new_id(&mut self) -> NodeId {
        self.next_id += 1;
        self.next_id - 1
    }

    /// Writes as much as the fault and the capacity let through.
    pub(super) fn write(&mut self, id: NodeId, path: &Path, position: u64, bytes: &[u8]) -> Result<()> {
        const OPERATION: &str = "write to";
        let fault = self.begin(OPERATION, path)?;
        let reach = match fault {
            Some(_) => self.random.below(bytes.len() + 1),
            None => bytes.len().min(self.reach(id, position)?),
        };
        self.content(id, OPERATION, path)?.write(index(position), &bytes[..reach]);
        match fault {
            Some(fault) => Err(fault.error(OPERATION, path)),
            None if reach < bytes.len() => Err(Fault::Full.error(OPERATION, path)),
            None => Ok(()),
        }
    }

    pub(super) fn sync(&mut self, id: NodeId, path: &Path) -> Result<()> {
        const OPERATION: &str = "sync";
        self.syncs += 1;
        let Some(fault) = self.begin(OPERATION, path)? else {
            self.content(id, OPERATION, path)?.sync();
            return Ok(());
        };
        let mut random = Random::new(self.random.next());
        self.content(id, OPERATION, path)?.fail_sync(&mut random);
        Err(fault.error(OPERATION, path))
    }

    pub(super) fn content(
        &mut self,
        id: NodeId,
        operation: &'static str,
        path: &Path,
    ) -> Result<&mut Content> {
        let missing = || Error::io(operation, path, io::ErrorKind::NotFound.into());
        self.contents.get_mut(&id).ok_or_else(missing)
    }

    /// Forgets content that no name, no power cut and no handle can lead to.
    pub(super) fn sweep(&mut self) {
        let referenced = self.names.referenced_files();
        self.contents.retain(|id, content| content.open > 0 || referenced.contains(id));
    }

    pub(super) fn used(&self) -> u64 {
        let named = self.names.live_files();
        let taken = self.contents.iter().filter(|(id, content)| content.open > 0 || named.contains(id));
        taken.map(|(_, content)| whole_sectors(content.len())).sum()
    }

    /// Removes what a folder holds, names first, one call after the other.
    pub(super) fn empty_folder(&mut self, folder: NodeId, path: &Path) -> Result<()> {
        let children: Vec<_> = self.names.children(folder).map(|(name, node)| (name.clone(), node)).collect();
        for (name, node) in children {
            let below = path.join(&name);
            if let Node::Folder(id) = node {
                self.empty_folder(id, &below)?;
            }
            self.begin_whole("remove", &below)?;
            self.names.apply(vec![super::names::Place { folder, name }.unlink()]);
        }
        Ok(())
    }

    /// How many bytes from `position` on the capacity has room for.
    fn reach(&self, id: NodeId, position: u64) -> Result<usize> {
        let Some(capacity) = self.capacity else { return Ok(usize::MAX) };
        self.check_power()?;
        let own = self.contents.get(&id).map_or(0, |content| whole_sectors(content.len()));
        let end = own + capacity.saturating_sub(self.used());
        Ok(index(end.saturating_sub(position)))
    }

    fn note(&mut self, operation: &'static str, path: &Path, fault: Option<Fault>) {
        if self.history.len() == SIM_HISTORY_MAX {
            self.history.pop_front();
        }
        let suffix = fault.map_or_else(String::new, |fault| format!(" -> {fault:?}"));
        self.history.push_back(format!("{} {operation} {}{suffix}", self.operations, path.display()));
    }
}

fn whole_sectors(len: usize) -> u64 {
    offset(len.next_multiple_of(SECTOR_BYTES))
}
