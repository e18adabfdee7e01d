//! What a gallery file says: one application that can be added.
use std::collections::BTreeMap;

use purser_domain::attribute::{AttributeType, Mutability};
use purser_domain::mapping::FlowType;
use purser_domain::object::ObjectKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::json_schema;
use crate::profile::Profile;

/// An application that can be added.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Id, also in the API (`applicationTemplates/{id}`). Never changes: applications refer to it.
    #[schemars(with = "String", extend("format" = "uuid"))]
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Publisher.
    pub publisher: String,
    /// Categories, at least one.
    pub categories: Vec<String>,
    /// One or two sentences.
    pub description: String,
    /// The publisher's page.
    #[serde(default)]
    pub home_page: Option<String>,
    /// The kind of API it speaks.
    pub connector: ConnectorKind,
    /// Badges: what provisioning to it can do.
    pub supports: Vec<Feature>,
    /// Minutes between two cycles that nothing else causes.
    #[serde(default = "default_interval")]
    pub interval_minutes: u32,
    /// What to do in the application itself, step by step.
    pub setup_steps: Vec<String>,
    /// What an administrator must know before the first cycle: mails that go out, licences that are used.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Where the facts of this file come from: titles or addresses of public documents.
    #[serde(default)]
    pub sources: Vec<String>,
    /// What is not known for sure: a place in this file (`profile.page_size`, `user`) and a sentence about it.
    #[serde(default)]
    pub unverified: BTreeMap<String, String>,
    /// Where it is.
    pub tenant_url: TenantUrl,
    /// Ways to prove who we are; the first is offered first.
    pub credential_methods: Vec<CredentialMethod>,
    /// Users: attributes and mapping.
    pub user: ObjectTemplate,
    /// Groups; absent: they are not provisioned.
    #[serde(default)]
    pub group: Option<ObjectTemplate>,
    /// Its deviations.
    #[serde(default)]
    pub profile: Profile,
}

const fn default_interval() -> u32 {
    40
}

/// Kinds of target API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConnectorKind {
    /// SCIM 2.0 (RFC 7643, RFC 7644).
    Scim,
    /// The REST API of SolarWinds Service Desk, formerly Samanage.
    Samanage,
}

/// A badge of the gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Feature {
    /// Users are created.
    CreateUsers,
    /// Users are updated.
    UpdateUsers,
    /// Users are disabled.
    DisableUsers,
    /// Users are deleted.
    DeleteUsers,
    /// Groups and their memberships are provisioned.
    Groups,
    /// Roles of the application are imported.
    ImportRoles,
    /// The application tells its attributes.
    DiscoverAttributes,
    /// Own attributes can be added.
    CustomAttributes,
}

/// Where an application is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantUrl {
    /// Filled in for the administrator, when it is the same for everybody.
    #[serde(default)]
    pub default: Option<String>,
    /// What it looks like.
    pub hint: String,
    /// Where to find it.
    #[serde(default)]
    pub help: String,
    /// Addresses to choose from, such as regions.
    #[serde(default)]
    pub choices: Vec<UrlChoice>,
}

/// One address to choose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UrlChoice {
    /// For example *Europe*.
    pub label: String,
    /// The address.
    pub url: String,
}

/// A way to prove who we are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialMethod {
    /// Id, kept with the application.
    pub id: String,
    /// What is done with the fields.
    pub kind: CredentialKind,
    /// Name in the portal.
    pub label: String,
    /// Only for applications that hold such credentials already; a new one is not offered it.
    #[serde(default)]
    pub superseded: bool,
    /// Header of a bearer token, when it is not `Authorization`.
    #[serde(default)]
    pub header: Option<String>,
    /// What stands before a bearer token in its header; absent: `Bearer`. Empty: nothing.
    #[serde(default)]
    pub scheme: Option<String>,
    /// OAuth 2.0: where the administrator consents. `{tenant}` stands for nothing else than the Tenant URL's host.
    #[serde(default)]
    pub authorization_url: Option<String>,
    /// OAuth 2.0: where tokens are handed out.
    #[serde(default)]
    pub token_url: Option<String>,
    /// OAuth 2.0: what is asked for.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Days after which the credentials end, when the vendor says so.
    #[serde(default)]
    pub lifetime_days: Option<u32>,
    /// What the administrator enters.
    #[serde(default)]
    pub fields: Vec<CredentialField>,
}

/// What is done with credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CredentialKind {
    /// A long-lived token in a header; field `SecretToken`.
    Bearer,
    /// HTTP Basic, and Digest where the server asks for it; fields `UserName`, `Password`.
    Basic,
    /// OAuth 2.0 client credentials; fields `Oauth2ClientId`, `Oauth2ClientSecret`, and `Oauth2TokenExchangeUri`
    /// unless the file has a `token_url`.
    ClientCredentials,
    /// OAuth 2.0 authorization code with PKCE; fields as for client credentials, and `Oauth2AuthorizationUri` unless
    /// the file has an `authorization_url`.
    AuthorizationCode,
    /// Nothing.
    None,
}

/// A field under Admin Credentials.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialField {
    /// Key in the synchronization secrets of the API.
    pub key: String,
    /// Label.
    pub label: String,
    /// Stored and never shown again.
    #[serde(default)]
    pub secret: bool,
    /// Needed before provisioning can start.
    #[serde(default)]
    pub required: bool,
    /// Where to get it.
    #[serde(default)]
    pub help: String,
    /// Filled in for the administrator.
    #[serde(default)]
    pub default: Option<String>,
    /// What it must look like.
    #[serde(default)]
    pub format: FieldFormat,
}

/// What the value of a credential field must look like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FieldFormat {
    /// Any line of text.
    #[default]
    Text,
    /// Something that fits into a header: no spaces, no letters beyond ASCII.
    Token,
    /// An `https` address.
    Url,
}

/// One kind of object of an application.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectTemplate {
    /// Its name there.
    pub name: String,
    /// Whether the mapping is on at first.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether new ones may be created; otherwise only those that are there already are updated.
    #[serde(default = "yes")]
    pub create: bool,
    /// Whether accounts may be deleted; otherwise they are only disabled.
    #[serde(default = "yes")]
    pub delete: bool,
    /// Begin with the attribute list of SCIM (RFC 7643); `attributes` then adds to it or replaces single ones.
    #[serde(default)]
    pub scim_attributes: bool,
    /// The attribute list.
    #[serde(default)]
    pub attributes: Vec<AttributeTemplate>,
    /// The rows of the default mapping.
    pub mapping: Vec<RowTemplate>,
}

const fn yes() -> bool {
    true
}

/// An attribute of the target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeTemplate {
    /// Name: for a SCIM target its path.
    pub name: String,
    /// Type of its values.
    #[serde(default = "text", rename = "type")]
    #[schemars(schema_with = "json_schema::attribute_type")]
    pub kind: AttributeType,
    /// Must have a value.
    #[serde(default)]
    pub required: bool,
    /// May have several values.
    #[serde(default)]
    pub multi_valued: bool,
    /// Upper and lower case differ.
    #[serde(default)]
    pub exact_case: bool,
    /// Who may write it.
    #[serde(default = "read_write")]
    #[schemars(schema_with = "json_schema::mutability")]
    pub mutability: Mutability,
    /// The values that it can have; empty: any.
    #[serde(default)]
    pub canonical_values: Vec<String>,
    /// Kind of object that a reference leads to.
    #[serde(default)]
    #[schemars(schema_with = "crate::profile::object_kind")]
    pub refers_to: Option<ObjectKind>,
    /// What it is, in a few words.
    #[serde(default)]
    pub description: String,
}

const fn text() -> AttributeType {
    AttributeType::String
}

const fn read_write() -> Mutability {
    Mutability::ReadWrite
}

/// A row of a default mapping. Exactly one of `from`, `expression` and `constant`, or none of them with a `default`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowTemplate {
    /// Source attribute.
    #[serde(default)]
    pub from: Option<String>,
    /// Expression.
    #[serde(default)]
    pub expression: Option<String>,
    /// Constant.
    #[serde(default)]
    pub constant: Option<String>,
    /// Target attribute.
    pub to: String,
    /// Default value if null.
    #[serde(default)]
    pub default: Option<String>,
    /// Matching precedence.
    #[serde(default, rename = "match")]
    pub matching: Option<u32>,
    /// When it is written.
    #[serde(default = "always")]
    #[schemars(schema_with = "json_schema::flow_type")]
    pub apply: FlowType,
}

const fn always() -> FlowType {
    FlowType::Always
}
