//! Read models made again beside the live ones, compared, and put in their place.

mod declared;
mod fixture;
mod http;
mod made;
mod operators;
mod program;
mod stale;
mod switch;
mod verify;
