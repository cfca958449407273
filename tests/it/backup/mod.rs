//! Backup and restore, with the real program, real folders and real clusters.

mod copies;
mod erasure;
mod files;
mod fixture;
mod killed;
mod load;
mod lost_keys;
mod restore;
