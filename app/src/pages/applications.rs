//! Enterprise applications: the list, the gallery, and one application's Overview and Properties.
//!
//! To add a page of one application: 1. a component here (or in a room of its own) that renders an
//! `ApplicationShell`, 2. a line in `Menu::application`, 3. a route in `routes.rs`.

mod gallery;
mod list;
mod overview;
mod properties;

pub use gallery::GalleryPage;
pub use list::ApplicationsPage;
pub use overview::ApplicationPage;
pub use properties::PropertiesPage;
