//! Backups and what becomes of them, with the real program, real folders and real clusters.

mod erasure;
mod files;
mod fixture;
mod killed;
mod load;
mod restore;
