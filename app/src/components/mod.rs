//! The set of parts that every page is made of.
//!
//! They render on the server only; the few that islands use too are in [`crate::shared`]. Looks live in `style/`: a
//! component gives an element its class and its meaning for assistive technology, and never a style of its own (the
//! Content-Security-Policy would refuse it).
//!
//! To add a component: 1. a file here with one concept, 2. its classes in the file of its kind in
//! `style/`, 3. look at it in light and dark.

mod application_shell;
mod badge;
mod bar;
mod body;
mod command_bar;
mod confirm_pane;
mod conflict;
mod empty;
mod field;
mod header;
mod icon;
mod list_page;
mod menu;
mod monogram;
mod page;
mod pager;
mod pane;
mod post_form;
mod problem;
mod properties;
mod search;
mod section;
mod shell;
mod table;
mod toast;
mod toggle;

pub use self::{
    application_shell::ApplicationShell,
    badge::{Badge, ProvisioningBadge, Tone},
    bar::InfoBar,
    body::Body,
    command_bar::{CommandButton, CommandDiscard, CommandLink},
    confirm_pane::ConfirmPane,
    conflict::ConflictChoice,
    empty::EmptyState,
    field::{CheckField, HiddenField, SelectField, TextField},
    header::HeaderBar,
    icon::Icon,
    list_page::ListPage,
    menu::{Menu, ResourceMenu},
    monogram::Monogram,
    page::{page, problem_page},
    pager::Pager,
    pane::{Pane, PrimaryButton},
    post_form::PostForm,
    problem::ProblemBar,
    properties::Properties,
    search::SearchBox,
    section::Section,
    shell::{BareShell, Crumb, Shell},
    table::DataTable,
    toast::Toast,
    toggle::{RadioField, Toggle},
};
pub use crate::shared::{Progress, TimeStamp, grouped};
