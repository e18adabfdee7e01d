//! The set of parts that every page is made of.
//!
//! They render on the server only, except the few that islands use too ([`Progress`], [`TimeStamp`],
//! [`grouped`]). Looks live in `style/`: a component gives an element its class and its meaning for
//! assistive technology, and never a style of its own (the Content-Security-Policy would refuse it).
//!
//! To add a component: 1. a file here with one concept, 2. its classes in the file of its kind in
//! `style/`, 3. look at it in light and dark.

mod count;
mod progress;
mod time;
pub use count::grouped;
pub use progress::Progress;
pub use time::TimeStamp;

#[cfg(feature = "ssr")]
mod badge;
#[cfg(feature = "ssr")]
mod bar;
#[cfg(feature = "ssr")]
mod body;
#[cfg(feature = "ssr")]
mod command_bar;
#[cfg(feature = "ssr")]
mod conflict;
#[cfg(feature = "ssr")]
mod empty;
#[cfg(feature = "ssr")]
mod field;
#[cfg(feature = "ssr")]
mod header;
#[cfg(feature = "ssr")]
mod icon;
#[cfg(feature = "ssr")]
mod menu;
#[cfg(feature = "ssr")]
mod monogram;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod pager;
#[cfg(feature = "ssr")]
mod pane;
#[cfg(feature = "ssr")]
mod problem;
#[cfg(feature = "ssr")]
mod properties;
#[cfg(feature = "ssr")]
mod search;
#[cfg(feature = "ssr")]
mod section;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod table;
#[cfg(feature = "ssr")]
mod toast;
#[cfg(feature = "ssr")]
mod toggle;

#[cfg(feature = "ssr")]
pub use self::{
    badge::{Badge, Tone},
    bar::InfoBar,
    body::Body,
    command_bar::{CommandButton, CommandDiscard, CommandLink},
    conflict::ConflictChoice,
    empty::EmptyState,
    field::{CheckField, HiddenField, SelectField, TextField},
    header::HeaderBar,
    icon::Icon,
    menu::{Menu, ResourceMenu},
    monogram::Monogram,
    page::{page, problem_page},
    pager::Pager,
    pane::{Pane, PrimaryButton},
    problem::ProblemBar,
    properties::Properties,
    search::SearchBox,
    section::Section,
    shell::{BareShell, Crumb, Shell},
    table::DataTable,
    toast::Toast,
    toggle::{RadioField, Toggle},
};
