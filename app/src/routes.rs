//! The document around every page, and which page answers which address.
use crate::pages::applications::{ApplicationPage, ApplicationsPage, GalleryPage, PropertiesPage};
use crate::pages::assignments::{AddAssignmentPage, AssignmentsPage};
use crate::pages::audit::AuditPage;
use crate::pages::groups::{GroupPage, GroupsPage, NewGroupPage};
use crate::pages::home::HomePage;
use crate::pages::imports::{ImportPage, NewImportPage};
use crate::pages::logs::{LogPage, LogsPage};
use crate::pages::not_found::NotFoundPage;
use crate::pages::provisioning::{ExpressionBuilderPage, MappingPage, ProbePage, ProvisioningPage};
use crate::pages::session::{SetupPage, SignInPage};
use crate::pages::tokens::TokensPage;
use crate::pages::users::{DeletedUsersPage, NewUserPage, UserPage, UsersPage};
use crate::theme;
use leptos::config::LeptosOptions;
use leptos::hydration::HydrationScripts;
use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::SsrMode;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

/// The HTML document that every page stands in.
///
/// All assets come from `options.site_pkg_dir`, which carries a hash of their contents, so that
/// browsers may keep them for ever.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let style = format!("/{}/style.css", options.site_pkg_dir);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme::chosen()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="stylesheet" href=style/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <HydrationScripts options islands=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The portal's pages. All of them are awaited before the first byte goes out, so that they read
/// without JavaScript and can answer with a status of their own.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=|| view! { <NotFoundPage/> }.into_any()>
                <Route path=path!("/") view=HomePage ssr=SsrMode::Async/>
                <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/users") view=UsersPage ssr=SsrMode::Async/>
                <Route path=path!("/users/new") view=NewUserPage ssr=SsrMode::Async/>
                <Route path=path!("/users/deleted") view=DeletedUsersPage ssr=SsrMode::Async/>
                <Route path=path!("/users/import") view=NewImportPage ssr=SsrMode::Async/>
                <Route path=path!("/users/:id") view=UserPage ssr=SsrMode::Async/>
                <Route path=path!("/imports/:id") view=ImportPage ssr=SsrMode::Async/>
                <Route path=path!("/groups") view=GroupsPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/new") view=NewGroupPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id") view=GroupPage ssr=SsrMode::Async/>
                <Route path=path!("/applications") view=ApplicationsPage ssr=SsrMode::Async/>
                <Route path=path!("/applications/new") view=GalleryPage ssr=SsrMode::Async/>
                <Route path=path!("/applications/:id") view=ApplicationPage ssr=SsrMode::Async/>
                <Route path=path!("/applications/:id/properties") view=PropertiesPage ssr=SsrMode::Async/>
                <Route path=path!("/applications/:id/users-and-groups") view=AssignmentsPage ssr=SsrMode::Async/>
                <Route
                    path=path!("/applications/:id/users-and-groups/add")
                    view=AddAssignmentPage
                    ssr=SsrMode::Async
                />
                <Route path=path!("/applications/:id/provisioning") view=ProvisioningPage ssr=SsrMode::Async/>
                <Route
                    path=path!("/applications/:id/provisioning/mappings/:key")
                    view=MappingPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/applications/:id/provisioning/expression-builder")
                    view=ExpressionBuilderPage
                    ssr=SsrMode::Async
                />
                <Route path=path!("/applications/:id/provisioning/probe") view=ProbePage ssr=SsrMode::Async/>
                <Route path=path!("/applications/:id/provisioning-logs") view=LogsPage ssr=SsrMode::Async/>
                <Route path=path!("/provisioning-logs") view=LogsPage ssr=SsrMode::Async/>
                <Route path=path!("/provisioning-logs/:id") view=LogPage ssr=SsrMode::Async/>
                <Route path=path!("/tokens") view=TokensPage ssr=SsrMode::Async/>
                <Route path=path!("/audit-log") view=AuditPage ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
}
