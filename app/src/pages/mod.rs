//! The pages, one file (or folder) an area.
//!
//! A page asks for what it shows (`crate::api`), and renders components. It runs inside
//! `components::page`, which turns a problem into a page of its own. Edit pages render from a
//! *form*: the one that came back refused, else one made from what is stored.

pub mod applications;
pub mod assignments;
pub mod audit;
mod banners;
mod exchange;
pub mod groups;
pub mod home;
pub mod imports;
pub mod logs;
pub mod not_found;
pub mod provisioning;
pub mod session;
pub mod tokens;
pub mod users;
