//! SCIM's language of filters and paths.
mod date;

pub(crate) use date::read_date;
