//! From pieces of one series to the groups that a segment stores.
//!
//! Fields that ever came in one piece share a time column; pieces without a common field stay apart, so
//! that a writer of one field per line costs no nulls over all the others.

use std::collections::HashMap;

use model::{Column, FieldType};

use super::{Piece, Rank, merge};
use crate::run::Group;

/// A piece whose columns carry the names of their fields.
#[derive(Debug)]
pub(crate) struct NamedPiece {
    pub(crate) times: Vec<i64>,
    pub(crate) rank: Rank,
    pub(crate) fields: Vec<(Box<str>, Column)>,
}

/// The groups that hold what the pieces hold: each field in one group, times strictly rising.
pub(crate) fn assemble(pieces: Vec<NamedPiece>) -> Vec<Group> {
    let mut sets = FieldSets::default();
    for piece in &pieces {
        sets.unite(piece);
    }
    let mut by_set: Vec<(usize, Vec<NamedPiece>)> = Vec::new();
    let mut places = HashMap::new();
    for piece in pieces {
        let Some((name, _)) = piece.fields.first() else { continue };
        let set = sets.set_of(name);
        let place = *places.entry(set).or_insert_with(|| {
            by_set.push((set, Vec::new()));
            by_set.len() - 1
        });
        by_set[place].1.push(piece);
    }
    by_set.into_iter().map(|(_, pieces)| group(pieces)).filter(|group| !group.times.is_empty()).collect()
}

/// Pieces that are linked by common fields become one group.
fn group(pieces: Vec<NamedPiece>) -> Group {
    let mut places: HashMap<Box<str>, usize> = HashMap::new();
    let mut names: Vec<(Box<str>, FieldType)> = Vec::new();
    let mut numbered = Vec::with_capacity(pieces.len());
    for NamedPiece { times, rank, fields } in pieces {
        let mut columns = Vec::with_capacity(fields.len());
        for (name, column) in fields {
            let place = match places.get(&name) {
                Some(place) => *place,
                None => {
                    names.push((name.clone(), column.field_type()));
                    places.insert(name, names.len() - 1);
                    names.len() - 1
                }
            };
            // A field has one type in a shard; a column of another could only come from a damaged file.
            if names[place].1 == column.field_type() {
                columns.push((place, column));
            }
        }
        numbered.push(Piece { times, rank, columns });
    }
    let types: Vec<FieldType> = names.iter().map(|(_, ty)| *ty).collect();
    let merged = merge(numbered, &types);
    let fields = names.into_iter().map(|(name, _)| name).zip(merged.columns).collect();
    Group { times: merged.times, fields }
}

/// Which fields belong together: a forest whose roots name the sets.
#[derive(Debug, Default)]
struct FieldSets {
    nodes: HashMap<Box<str>, usize>,
    parents: Vec<usize>,
}

impl FieldSets {
    fn unite(&mut self, piece: &NamedPiece) {
        let mut first = None;
        for (name, _) in &piece.fields {
            let node = self.node(name);
            let root = self.root(node);
            match first {
                None => first = Some(root),
                Some(first) => self.parents[root] = first,
            }
        }
    }

    fn node(&mut self, name: &str) -> usize {
        if let Some(node) = self.nodes.get(name) {
            return *node;
        }
        self.parents.push(self.parents.len());
        self.nodes.insert(name.into(), self.parents.len() - 1);
        self.parents.len() - 1
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parents[node] != node {
            self.parents[node] = self.parents[self.parents[node]];
            node = self.parents[node];
        }
        node
    }

    fn set_of(&mut self, name: &str) -> usize {
        let node = self.node(name);
        self.root(node)
    }
}
