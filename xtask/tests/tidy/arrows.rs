//! The arrows between the rooms, as `docs/ARCHITECTURE.md` draws them. Any other arrow fails here.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use std::collections::BTreeSet;

/// Which room may use which. Test-only arrows (dev-dependencies) are in [`TEST_ARROWS`].
const ARROWS: &[(&str, &[&str])] = &[
    ("purser-dotnet", &[]),
    ("purser-domain", &["purser-dotnet"]),
    ("purser-contract", &["purser-domain"]),
    ("purser-migrations", &[]),
    ("purser-store", &["purser-domain"]),
    ("purser-connectors", &["purser-domain"]),
    ("purser-directory", &["purser-domain"]),
    ("purser-engine", &["purser-connectors", "purser-domain", "purser-store"]),
    (
        "purser-service",
        &[
            "purser-connectors",
            "purser-contract",
            "purser-directory",
            "purser-domain",
            "purser-engine",
            "purser-store",
        ],
    ),
    ("purser-app", &["purser-contract", "purser-domain", "purser-service"]),
    ("purser-frontend", &["purser-app"]),
    (
        "purser-server",
        &[
            "purser-app",
            "purser-connectors",
            "purser-contract",
            "purser-directory",
            "purser-domain",
            "purser-engine",
            "purser-migrations",
            "purser-service",
            "purser-store",
        ],
    ),
    ("purser-testkit", &[]),
    ("xtask", &[]),
];

/// Rooms that only tests, examples and benches may use.
const TEST_ARROWS: &[&str] = &["purser-testkit", "purser-migrations"];

/// Libraries that a room must never list. What others of ours bring along can't be named in it.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("purser-dotnet", &["serde", "serde_json", "tokio"]),
    ("purser-domain", &["tokio", "sea-orm", "axum", "leptos", "reqwest", "rand", "getrandom"]),
    ("purser-contract", &["tokio", "sea-orm", "axum", "leptos", "reqwest", "rand"]),
    ("purser-connectors", &["sea-orm", "axum", "leptos"]),
    ("purser-engine", &["axum", "leptos", "sea-orm"]),
    ("purser-service", &["axum", "leptos", "sea-orm", "reqwest"]),
    ("purser-app", &["sea-orm", "reqwest"]),
];

#[expect(clippy::expect_used, reason = "without the manifests there is nothing to test")]
fn metadata() -> Metadata {
    MetadataCommand::new().no_deps().exec().expect("cargo metadata answers")
}

#[test]
fn rooms_only_use_the_rooms_that_the_map_allows() {
    let metadata = metadata();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let Some((_, allowed)) = ARROWS.iter().find(|(room, _)| *room == name) else {
            wrong.push(format!("{name} is a new room: give it its arrows here and in docs/ARCHITECTURE.md"));
            continue;
        };
        for dependency in &package.dependencies {
            let used = dependency.name.as_str();
            let is_ours = ARROWS.iter().any(|(room, _)| *room == used);
            let is_test = dependency.kind == DependencyKind::Development;
            if is_ours && !allowed.contains(&used) && !(is_test && TEST_ARROWS.contains(&used)) {
                wrong.push(format!("{name} may not use {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_do_not_see_the_libraries_that_they_must_not_know() {
    let metadata = metadata();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let Some((_, forbidden)) = FORBIDDEN.iter().find(|(room, _)| *room == package.name.as_str()) else {
            continue;
        };
        let direct: BTreeSet<&str> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
            .map(|dependency| dependency.name.as_str())
            .collect();
        for library in *forbidden {
            if direct.contains(library) {
                wrong.push(format!("{} may not use {library}", package.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_app_sees_the_service_only_on_the_server() {
    let metadata = metadata();
    let app = metadata
        .workspace_packages()
        .into_iter()
        .find(|package| package.name.as_str() == "purser-app")
        .expect("the app is in the workspace");
    let service = app
        .dependencies
        .iter()
        .find(|dependency| dependency.name == "purser-service")
        .expect("the app uses the service");
    assert!(service.optional, "purser-service must be an optional dependency of the app");
    let hydrate = &app.features["hydrate"];
    assert!(
        !hydrate.iter().any(|feature| feature.contains("purser-service")),
        "hydrate must not bring the service"
    );
}
