//! SCIM servers that others wrote, each empty and only for one test.
use std::ffi::OsString;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::Value;
use tokio::process::Command;
use uuid::Uuid;

use crate::installed::{counterparts, find_scim2_server, find_script, node};
use crate::program::Program;

/// A running server.
#[derive(Debug)]
pub(crate) struct Counterpart {
    /// Its base address, which an administrator would enter as Tenant URL.
    pub(crate) base: String,
    /// The token that it accepts.
    pub(crate) token: String,
    /// What it can show of itself.
    pub(crate) shows: Shows,
    program: Program,
    http: reqwest::Client,
}

/// What a server can be asked afterwards. Nothing here reaches Purser: it only tells what a test can look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shows {
    /// A group tells its members.
    pub(crate) members: bool,
    /// A group keeps an `externalId`.
    pub(crate) external_groups: bool,
}

impl Shows {
    /// What RFC 7643 and RFC 7644 promise.
    const EVERYTHING: Self = Self { members: true, external_groups: true };
}

/// Shapes of scim2-server: one program, several kinds of target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As it is.
    Plain,
    /// A query with a filter is answered with 501.
    NoFilter,
    /// PATCH is answered with 501.
    NoPatch,
    /// Users without a value in an extension that nobody has heard of are refused.
    RequiredExtension,
}

/// The line in which our scripts say where they are.
#[derive(Debug, Deserialize)]
struct Announcement {
    base: String,
    token: String,
}

impl Counterpart {
    /// scim2-server (PyPI, Yaal Coop).
    pub(crate) async fn scim2_server(shape: Shape) -> Result<Self> {
        let given = counterparts().join("scim2-server");
        // It reads its files before it listens.
        let folder = tempfile::tempdir().context("making a folder")?;
        let mut options: Vec<OsString> = Vec::new();
        let mut option = |name: &str, file: PathBuf| options.extend([name.into(), file.into()]);
        match shape {
            Shape::Plain => {}
            Shape::NoFilter => option("--service-provider-config", given.join("no-filter.json")),
            Shape::NoPatch => option("--service-provider-config", given.join("no-patch.json")),
            Shape::RequiredExtension => {
                let schemas = folder.path().join("schemas.json");
                write_schemas(&given.join("required-extension.schema.json"), &schemas).await?;
                option("--schema", schemas);
                option("--resource-type", given.join("required-extension.resource-types.json"));
            }
        }
        Self::start_scim2_server(&options).await
    }

    /// SCIMMY with its routers (npm).
    pub(crate) async fn scimmy() -> Result<Self> {
        Self::start_script("scimmy.mjs", Shows::EVERYTHING).await
    }

    /// The directory sync of SAML Jackson (npm, BoxyHQ).
    pub(crate) async fn saml_jackson() -> Result<Self> {
        // Its groups always say that they have no members, and have nothing but a name.
        let shows = Shows { members: false, external_groups: false };
        Self::start_script("jackson.mjs", shows).await
    }

    async fn start_script(name: &str, shows: Shows) -> Result<Self> {
        let mut command = Command::new(node());
        command.arg(find_script(name)?);
        let (program, line) = Program::start(command).await?;
        let Announcement { base, token } =
            serde_json::from_str(&line).with_context(|| format!("{name} announced itself with {line:?}"))?;
        Ok(Self { base, token, shows, program, http: witness()? })
    }

    async fn start_scim2_server(options: &[OsString]) -> Result<Self> {
        let executable = find_scim2_server()?;
        let mut attempts = 3;
        loop {
            // It can't be told to take any free port. One that is free now may be taken a moment later; it ends then.
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            let token = Uuid::new_v4().simple().to_string();
            let mut command = Command::new(&executable);
            command.args(["--port", &port.to_string(), "--bearer-token", &token]).args(options);
            attempts -= 1;
            match Program::start(command).await {
                Ok((program, _)) => {
                    let base = format!("http://127.0.0.1:{port}/v2");
                    return Ok(Self { base, token, shows: Shows::EVERYTHING, program, http: witness()? });
                }
                Err(error) if attempts == 0 => return Err(error),
                Err(_) => {}
            }
        }
    }

    /// What it answers to `GET` of this path: status and body, seen without Purser.
    pub(crate) async fn get(&self, path: &str) -> Result<(u16, Value)> {
        let address = format!("{}{path}", self.base);
        let answer = self.http.get(&address).bearer_auth(&self.token).send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).with_context(|| format!("{address}: {status}, {text}"))?))
    }

    /// Sends it this, without Purser; answers the status.
    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Result<u16> {
        let request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = request.header(CONTENT_TYPE, "application/scim+json").body(body.to_string());
        Ok(request.send().await?.status().as_u16())
    }

    /// One object as it holds it; `None` when it has none with this id.
    pub(crate) async fn find(&self, collection: &str, id: &str) -> Result<Option<Value>> {
        match self.get(&format!("/{collection}/{id}")).await? {
            (200, object) => Ok(Some(object)),
            (404, _) => Ok(None),
            (status, body) => bail!("reading {collection}/{id} answered {status}: {body}"),
        }
    }

    /// How many objects it says that it has.
    pub(crate) async fn count(&self, collection: &str) -> Result<u64> {
        let (status, body) = self.get(&format!("/{collection}")).await?;
        body["totalResults"]
            .as_u64()
            .with_context(|| format!("a list of {collection} answered {status}: {body}"))
    }

    /// What it complained about until now; for a test that failed.
    pub(crate) fn complaints(&self) -> String {
        self.program.complaints()
    }
}

/// All schemas that scim2-server knows by itself and one more, in a file as it reads them.
async fn write_schemas(extension: &Path, file: &Path) -> Result<()> {
    let plain = Counterpart::start_scim2_server(&[]).await?;
    let (status, mut known) = plain.get("/Schemas").await?;
    ensure!(status == 200, "scim2-server's schemas: {status}, {known}");
    let extension: Value = serde_json::from_slice(&std::fs::read(extension)?)?;
    let schemas = known["Resources"].as_array_mut().context("scim2-server has no schemas")?;
    schemas.push(extension);
    std::fs::write(file, serde_json::to_vec(schemas)?).context("writing schemas")
}

#[expect(
    clippy::disallowed_methods,
    reason = "looks at the server without Purser's HTTP kit, which is under test"
)]
fn witness() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}
