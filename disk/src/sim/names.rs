//! The names of the simulated disk: the folders as processes see them, and as the platter has them.
//!
//! A change of names is one or two steps that happen together (a rename unlinks and links). It is seen at once
//! and waits in `pending` until a sync of its folder carries it, with all that came before it in that folder,
//! to the platter. A power cut lets a prefix of each folder's changes through.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path};

use super::random::Random;

/// Number of a file or folder.
pub(super) type NodeId = u64;

/// The folder that all paths start from.
pub(super) const ROOT: NodeId = 0;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Folder(NodeId),
    File(NodeId),
}

type Folders = BTreeMap<NodeId, BTreeMap<OsString, Node>>;

#[derive(Debug, Clone)]
pub(super) struct Names {
    live: Folders,
    durable: Folders,
    pending: Vec<Change>,
}

/// Steps that happen together or not at all.
pub(super) type Change = Vec<Step>;

/// One name that comes or goes.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Link { folder: NodeId, name: OsString, node: Node },
    Unlink { folder: NodeId, name: OsString },
}

/// A place in a folder: the name need not exist.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) folder: NodeId,
    pub(super) name: OsString,
}

impl Names {
    pub(super) fn new() -> Self {
        let root = Folders::from([(ROOT, BTreeMap::new())]);
        Self { live: root.clone(), durable: root, pending: Vec::new() }
    }

    pub(super) fn find(&self, path: &Path) -> io::Result<Node> {
        let mut node = Node::Folder(ROOT);
        for name in parts(path) {
            let Node::Folder(folder) = node else { return Err(io::ErrorKind::NotADirectory.into()) };
            node = self.child(folder, name).ok_or(io::ErrorKind::NotFound)?;
        }
        Ok(node)
    }

    pub(super) fn find_file(&self, path: &Path) -> io::Result<NodeId> {
        match self.find(path)? {
            Node::File(id) => Ok(id),
            Node::Folder(_) => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    pub(super) fn find_folder(&self, path: &Path) -> io::Result<NodeId> {
        match self.find(path)? {
            Node::Folder(id) => Ok(id),
            Node::File(_) => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// The folder and last name of a path whose folder exists.
    pub(super) fn place(&self, path: &Path) -> io::Result<Place> {
        let mut names = parts(path);
        let name = names.pop().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        let folder = self.find_folder(&names.iter().collect::<std::path::PathBuf>())?;
        Ok(Place { folder, name })
    }

    /// As [`Names::place`], for a name that must be free.
    pub(super) fn free_place(&self, path: &Path) -> io::Result<Place> {
        let place = self.place(path)?;
        match self.child(place.folder, &place.name) {
            Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
            None => Ok(place),
        }
    }

    pub(super) fn children(&self, folder: NodeId) -> impl Iterator<Item = (&OsString, Node)> {
        self.live.get(&folder).into_iter().flatten().map(|(name, &node)| (name, node))
    }

    pub(super) fn apply(&mut self, change: Change) {
        change.iter().for_each(|step| step.apply(&mut self.live));
        self.pending.push(change);
    }

    /// Carries the folder's pending changes to the platter, and what they drag along from other folders.
    pub(super) fn sync(&mut self, folder: NodeId) {
        let mut wanted = BTreeSet::from([folder]);
        let mut kept = Vec::new();
        let mut carried = Vec::new();
        for change in std::mem::take(&mut self.pending).into_iter().rev() {
            if change.iter().any(|step| wanted.contains(&step.folder())) {
                wanted.extend(change.iter().map(Step::folder));
                carried.push(change);
            } else {
                kept.push(change);
            }
        }
        carried.iter().rev().flatten().for_each(|step| step.apply(&mut self.durable));
        kept.reverse();
        self.pending = kept;
    }

    /// The names that a machine finds after a power cut: per folder a prefix of what was pending.
    pub(super) fn after_power_cut(&self, random: &mut Random) -> Self {
        let mut durable = self.durable.clone();
        let mut blocked = BTreeSet::new();
        let stop_one_in = [1, 2, 8, usize::MAX][random.below(4)];
        for change in &self.pending {
            let folders = change.iter().map(Step::folder);
            if folders.clone().any(|folder| blocked.contains(&folder)) || random.below(stop_one_in) == 0 {
                blocked.extend(folders);
            } else {
                change.iter().for_each(|step| step.apply(&mut durable));
            }
        }
        let reachable = only_reachable(&durable);
        Self { live: reachable.clone(), durable: reachable, pending: Vec::new() }
    }

    /// Every file that a name leads to, now or after some power cut.
    pub(super) fn referenced_files(&self) -> BTreeSet<NodeId> {
        let linked = self.pending.iter().flatten().filter_map(Step::linked);
        let named = [&self.live, &self.durable]
            .into_iter()
            .flat_map(|folders| folders.values().flat_map(BTreeMap::values));
        named.copied().chain(linked).filter_map(Node::file).collect()
    }

    /// Every file that a name leads to now.
    pub(super) fn live_files(&self) -> BTreeSet<NodeId> {
        self.live.values().flat_map(BTreeMap::values).copied().filter_map(Node::file).collect()
    }

    fn child(&self, folder: NodeId, name: &OsStr) -> Option<Node> {
        self.live.get(&folder)?.get(name).copied()
    }
}

impl Node {
    fn file(self) -> Option<NodeId> {
        match self {
            Self::File(id) => Some(id),
            Self::Folder(_) => None,
        }
    }
}

impl Place {
    pub(super) fn link(self, node: Node) -> Step {
        Step::Link { folder: self.folder, name: self.name, node }
    }

    pub(super) fn unlink(self) -> Step {
        Step::Unlink { folder: self.folder, name: self.name }
    }
}

impl Step {
    fn folder(&self) -> NodeId {
        match self {
            Self::Link { folder, .. } | Self::Unlink { folder, .. } => *folder,
        }
    }

    fn linked(&self) -> Option<Node> {
        match self {
            Self::Link { node, .. } => Some(*node),
            Self::Unlink { .. } => None,
        }
    }

    fn apply(&self, folders: &mut Folders) {
        match self {
            Self::Link { folder, name, node } => {
                folders.entry(*folder).or_default().insert(name.clone(), *node);
                if let Node::Folder(id) = node {
                    folders.entry(*id).or_default();
                }
            }
            Self::Unlink { folder, name } => {
                folders.entry(*folder).or_default().remove(name);
            }
        }
    }
}

/// The names of a path below the root; relative and absolute paths mean the same here.
fn parts(path: &Path) -> Vec<&OsStr> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name),
            Component::ParentDir => drop(names.pop()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    names
}

/// The folders that can be walked to from the root.
fn only_reachable(folders: &Folders) -> Folders {
    let mut reachable = Folders::new();
    let mut waiting = vec![ROOT];
    while let Some(id) = waiting.pop() {
        let entries = folders.get(&id).cloned().unwrap_or_default();
        waiting.extend(entries.values().filter_map(|node| match node {
            Node::Folder(below) if !reachable.contains_key(below) => Some(*below),
            _ => None,
        }));
        reachable.insert(id, entries);
    }
    reachable
}
