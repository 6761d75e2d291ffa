//! A segment through its front door: what was pushed is what is read, whatever happens to the file.

mod damage;
mod fixture;
mod predicates;
mod round_trip;
mod statistics;
