//! The pane in which users and groups are picked.
//!
//! One GET form: every button in it (Search, Users, Groups, Next, Remove, Select) sends the page
//! back to itself with all that is picked and ticked, so nothing is lost from one step to the next.

use super::add::{Picked, field_of};
use crate::api::assignments::ROLE;
use crate::components::*;
use leptos::prelude::*;
use purser_contract::assignment::{AssignForm, PrincipalView};
use purser_contract::page::{ListForm, PageView};
use purser_domain::object::ObjectKind;

/// Value of `pane` while the picker is open.
pub(super) const PICKER: &str = "principals";

const FORM: &str = "picker";

/// What the picker looks for, from the page's query string.
#[derive(Debug, Clone)]
pub(super) struct PickerForm {
    /// Whether the pane is shown.
    pub(super) open: bool,
    /// What it looks for.
    pub(super) kind: ObjectKind,
    /// Words of the search.
    pub(super) search: String,
    /// Cursor.
    pub(super) after: String,
    /// Id of an object to take out of the selection again.
    pub(super) remove: String,
}

impl PickerForm {
    /// Reads the pairs of a query string.
    pub(super) fn parse(pairs: &[(String, String)]) -> Self {
        let value = |wanted: &str| {
            let last = pairs.iter().rev().find(|(name, _)| name == wanted);
            last.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        // `tab` is a pressed button and wins over `kind`, which says what was shown before.
        let kind = value("tab").parse().or_else(|_| value("kind").parse()).unwrap_or(ObjectKind::User);
        Self {
            open: value("pane") == PICKER && value("done").is_empty(),
            kind,
            search: value("search"),
            after: value("after"),
            remove: value("remove"),
        }
    }

    /// The list that it asks for.
    pub(super) fn list(&self) -> ListForm {
        ListForm { search: self.search.clone(), after: self.after.clone(), size: 20 }
    }
}

/// The pane.
pub(super) fn picker_pane(
    here: &str,
    close: String,
    form: &PickerForm,
    selection: &AssignForm,
    picked: &[Picked],
    found: PageView<PrincipalView>,
) -> AnyView {
    let (action, kind, search, role) =
        (here.to_owned(), form.kind, form.search.clone(), selection.role_id.clone());
    let selected = selected(picked);
    let next = found.next.map(|next| {
        view! {
            <p>
                <button class="button" type="submit" name="after" value=next>"Next"</button>
            </p>
        }
    });
    let rows = found.items.into_iter().map(|principal| result(principal, picked)).collect::<Vec<_>>();
    let results = if rows.is_empty() {
        view! { <p role="status">{format!("No {} found.", form.kind.key())}</p> }.into_any()
    } else {
        view! { <ul class="pick-list" aria-label=format!("Found {}", form.kind.key())>{rows}</ul> }.into_any()
    };
    view! {
        <Pane
            title="Users and groups"
            close
            footer=view! {
                <button class="button button-primary" type="submit" form=FORM name="done" value="1">"Select"</button>
            }
            .into_any()
        >
            <form id=FORM class="stack" method="get" action=action>
                <HiddenField name="pane" value=PICKER/>
                <HiddenField name="kind" value=kind.as_str()/>
                <HiddenField name=ROLE value=role/>
                <div class="search" role="search">
                    <label class="search-box">
                        <Icon icon=icondata::LuSearch/>
                        <span class="visually-hidden">"Search by name or sign-in name"</span>
                        <input
                            class="input"
                            type="search"
                            name="search"
                            value=search
                            placeholder="Search by name or sign-in name"
                        />
                    </label>
                    // The first button of the form: it is the one that Enter presses.
                    <button class="button" type="submit">"Search"</button>
                </div>
                {tabs(kind)}
                {results}
                {next}
                {selected}
            </form>
        </Pane>
    }
    .into_any()
}

fn tabs(shown: ObjectKind) -> AnyView {
    let tab = |kind: ObjectKind, label: &'static str| {
        let pressed = (kind == shown).to_string();
        view! {
            <button class="tab" type="submit" name="tab" value=kind.as_str() aria-pressed=pressed>
                {label}
            </button>
        }
    };
    view! {
        <div class="tabs" role="group" aria-label="Show">
            {tab(ObjectKind::User, "Users")}
            {tab(ObjectKind::Group, "Groups")}
        </div>
    }
    .into_any()
}

fn result(principal: PrincipalView, picked: &[Picked]) -> AnyView {
    let (kind, name) = (principal.principal_type, field_of(principal.principal_type));
    let selected = picked.iter().any(|picked| picked.id == principal.id);
    let mark = match (selected, principal.assigned) {
        (true, _) => Some("Selected"),
        (false, true) => Some("Assigned already"),
        (false, false) => None,
    };
    // Those already picked are sent by *Selected items*; ticking them here too would double them.
    let tick =
        view! { <input type="checkbox" name=name value=principal.id disabled=selected checked=selected/> };
    view! {
        <li>
            <label class="person">
                {tick}
                <Monogram name=principal.display_name.clone() round=kind == ObjectKind::User/>
                <span class="person-text">
                    <bdi>{principal.display_name}</bdi>
                    <span class="quiet">{principal.detail}</span>
                </span>
                {mark.map(|mark| view! { <span class="quiet">{mark}</span> })}
            </label>
        </li>
    }
    .into_any()
}

fn selected(picked: &[Picked]) -> AnyView {
    let items = picked
        .iter()
        .map(|picked| {
            let label = format!("Remove {}", picked.name);
            view! {
                <li class="person">
                    <HiddenField name=picked.field() value=picked.id.clone()/>
                    <Monogram name=picked.name.clone() round=picked.kind == ObjectKind::User/>
                    <bdi class="person-text">{picked.name.clone()}</bdi>
                    <button class="link" type="submit" name="remove" value=picked.id.clone() aria-label=label>
                        "Remove"
                    </button>
                </li>
            }
        })
        .collect_view();
    let body = if picked.is_empty() {
        view! { <p class="quiet">"No items selected. Tick people or groups, then press Select."</p> }
            .into_any()
    } else {
        view! { <ul class="pick-list">{items}</ul> }.into_any()
    };
    view! {
        <section class="stack" aria-labelledby="selected-items">
            <h3 id="selected-items" class="heading">"Selected items"</h3>
            {body}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> PickerForm {
        let pairs: Vec<_> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        PickerForm::parse(&pairs)
    }

    #[test]
    fn a_pressed_tab_wins_over_what_was_shown_before() {
        assert_eq!(parse(&[("kind", "User"), ("tab", "Group")]).kind, ObjectKind::Group);
        assert_eq!(parse(&[("kind", "Group"), ("tab", "User")]).kind, ObjectKind::User);
        assert_eq!(parse(&[("kind", "Group")]).kind, ObjectKind::Group);
        assert_eq!(parse(&[]).kind, ObjectKind::User);
    }

    #[test]
    fn select_closes_the_pane() {
        assert!(parse(&[("pane", PICKER)]).open);
        assert!(!parse(&[("pane", PICKER), ("done", "1")]).open);
        assert!(!parse(&[]).open);
    }
}
