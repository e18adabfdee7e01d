//! The connector against SCIM servers that others wrote: the main line of provisioning, from creating to deleting,
//! with users and with groups.
//!
//! Each test starts a server of its own, asks it what it takes as an administrator would have Purser do, and goes on
//! with just the profile that was proposed. Nothing is set by hand for a server; what one cannot *show* stands in
//! `counterpart::Shows`, and only tells what the test looks at.
//!
//! `cargo xtask test` installs the servers; see `installed`. To add one: 1. its package in
//! `end2end/counterparts/package.json` (or its installation in `xtask/src/tools.rs`), 2. a script there that announces
//! where it listens, 3. a function in `counterpart`, 4. its two tests here.
mod configured;
mod counterpart;
mod groups;
mod installed;
mod program;
mod shapes;
mod users;
mod values;

use anyhow::{Context, Result, ensure};
use configured::Configured;
use counterpart::{Counterpart, Shape};
use purser_connectors::Overrides;
use purser_domain::object::ObjectKind;

/// Which part of the main line.
#[derive(Debug, Clone, Copy)]
enum Part {
    Users,
    Groups,
}

/// Probes the server, then goes through the main line with what the probe proposes.
async fn run(counterpart: Counterpart, part: Part) -> Result<()> {
    let done = async {
        let proposed = configured::propose(&counterpart).await.context("asking what the server takes")?;
        run_main_line(&counterpart, &proposed, part).await.with_context(|| format!("with {proposed:?}"))
    };
    done.await.with_context(|| format!("the server's own words:\n{}", counterpart.complaints()))
}

/// The main line against an empty server, by a profile that differs from the generic application's in `proposed`.
async fn run_main_line(counterpart: &Counterpart, proposed: &Overrides, part: Part) -> Result<()> {
    let configured = Configured::connect(counterpart, proposed).await?;
    configured.connector.check(&[ObjectKind::User]).await.context("testing the connection")?;
    ensure!(counterpart.count("Users").await? == 0, "probe and connection test leave nothing behind");
    match part {
        Part::Users => users::run(counterpart, &configured).await,
        Part::Groups => groups::run(counterpart, &configured).await,
    }
}

#[tokio::test]
async fn scim2_server_keeps_users_through_the_main_line() -> Result<()> {
    run(Counterpart::scim2_server(Shape::Plain).await?, Part::Users).await
}

#[tokio::test]
async fn scim2_server_keeps_groups_through_the_main_line() -> Result<()> {
    run(Counterpart::scim2_server(Shape::Plain).await?, Part::Groups).await
}

#[tokio::test]
async fn a_server_without_filters_keeps_users_through_the_main_line() -> Result<()> {
    run(Counterpart::scim2_server(Shape::NoFilter).await?, Part::Users).await
}

#[tokio::test]
async fn a_server_without_filters_keeps_groups_through_the_main_line() -> Result<()> {
    run(Counterpart::scim2_server(Shape::NoFilter).await?, Part::Groups).await
}

#[tokio::test]
async fn a_server_without_patch_keeps_users_through_the_main_line() -> Result<()> {
    run(Counterpart::scim2_server(Shape::NoPatch).await?, Part::Users).await
}

#[tokio::test]
async fn a_server_without_patch_keeps_groups_through_the_main_line() -> Result<()> {
    run(Counterpart::scim2_server(Shape::NoPatch).await?, Part::Groups).await
}

#[tokio::test]
async fn a_server_that_requires_an_extension_keeps_users_through_the_main_line() -> Result<()> {
    run(Counterpart::scim2_server(Shape::RequiredExtension).await?, Part::Users).await
}

#[tokio::test]
async fn a_server_that_requires_an_extension_keeps_groups_through_the_main_line() -> Result<()> {
    run(Counterpart::scim2_server(Shape::RequiredExtension).await?, Part::Groups).await
}

#[tokio::test]
async fn scimmy_keeps_users_through_the_main_line() -> Result<()> {
    run(Counterpart::scimmy().await?, Part::Users).await
}

#[tokio::test]
async fn scimmy_keeps_groups_through_the_main_line() -> Result<()> {
    run(Counterpart::scimmy().await?, Part::Groups).await
}

#[tokio::test]
async fn saml_jackson_keeps_users_through_the_main_line() -> Result<()> {
    run(Counterpart::saml_jackson().await?, Part::Users).await
}

#[tokio::test]
async fn saml_jackson_keeps_groups_through_the_main_line() -> Result<()> {
    run(Counterpart::saml_jackson().await?, Part::Groups).await
}
