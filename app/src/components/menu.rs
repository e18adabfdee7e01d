//! The menu at the left: what belongs to the thing in the title.
use super::icon::Icon;
use leptos::prelude::*;

/// A menu: groups of links, one of which is the page shown.
#[derive(Clone)]
pub struct Menu {
    label: &'static str,
    current: String,
    groups: Vec<(&'static str, Vec<Item>)>,
}

#[derive(Clone)]
struct Item {
    label: &'static str,
    href: String,
    icon: icondata::Icon,
}

fn item(label: &'static str, href: impl Into<String>, icon: icondata::Icon) -> Item {
    Item { label, href: href.into(), icon }
}

impl Menu {
    /// The menu of the portal; `current` is the address of the page shown, or empty.
    pub fn portal(current: &str) -> Self {
        let groups = vec![
            ("", vec![item("Home", "/", icondata::LuHouse)]),
            (
                "Directory",
                vec![
                    item("Users", "/users", icondata::LuUser),
                    item("Groups", "/groups", icondata::LuUsers),
                    item("Deleted users", "/users/deleted", icondata::LuUserX),
                    item("Import users", "/users/import", icondata::LuFileUp),
                ],
            ),
            (
                "Enterprise applications",
                vec![item("All applications", "/applications", icondata::LuLayoutGrid)],
            ),
            (
                "Activity",
                vec![
                    item("Provisioning logs", "/provisioning-logs", icondata::LuListChecks),
                    item("Audit log", "/audit-log", icondata::LuScrollText),
                ],
            ),
            ("Settings", vec![item("API tokens", "/tokens", icondata::LuKeyRound)]),
        ];
        Self { label: "Portal", current: current.to_owned(), groups }
    }

    /// The resource menu of one application.
    pub fn application(id: &str, current: &str) -> Self {
        let base = format!("/applications/{id}");
        let groups = vec![
            ("", vec![item("Overview", base.clone(), icondata::LuInfo)]),
            (
                "Manage",
                vec![
                    item("Properties", format!("{base}/properties"), icondata::LuSlidersHorizontal),
                    item("Users and groups", format!("{base}/users-and-groups"), icondata::LuUsers),
                    item("Provisioning", format!("{base}/provisioning"), icondata::LuRefreshCw),
                    item(
                        "Expression builder",
                        format!("{base}/provisioning/expression-builder"),
                        icondata::LuSquareFunction,
                    ),
                    item("Capability probe", format!("{base}/provisioning/probe"), icondata::LuRadar),
                ],
            ),
            (
                "Activity",
                vec![item("Provisioning logs", format!("{base}/provisioning-logs"), icondata::LuListChecks)],
            ),
        ];
        Self { label: "Application", current: current.to_owned(), groups }
    }
}

/// The menu itself.
#[component]
pub fn ResourceMenu(
    /// What it holds.
    menu: Menu,
) -> impl IntoView {
    let Menu { label, current, groups } = menu;
    let groups = groups
        .into_iter()
        .map(|(title, items)| {
            let items = items
                .into_iter()
                .map(|Item { label, href, icon }| {
                    let current = (href == current).then_some("page");
                    view! {
                        <li>
                            <a class="menu-item" href=href aria-current=current>
                                <Icon icon=icon/>
                                <span>{label}</span>
                            </a>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <div class="menu-group">
                    {(!title.is_empty()).then(|| view! { <p class="menu-title">{title}</p> })}
                    <ul>{items}</ul>
                </div>
            }
        })
        .collect_view();
    view! { <nav class="menu" aria-label=label>{groups}</nav> }
}
