//! A connector with the fake that it speaks to.
use std::sync::Arc;

use anyhow::{Context, Result};
use purser_connectors::{
    Connector, ConnectorKind, Credentials, HttpKit, Overrides, Profile, TargetConfig, Template, connect,
};
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Change, ChangeKind};
use purser_domain::secret::Secret;
use purser_testkit::{Counts, FaultRule, Kind, SamanageOptions, SamanageTarget, ScimTarget, TargetOptions};
use serde_json::{Value, json};

use super::options::{options_of, scaled};
use crate::support::{kit, path};

/// A server to provision into. To run the suite against another kind of target, add an arm everywhere.
pub(super) enum Fake {
    Scim(ScimTarget),
    Samanage(SamanageTarget),
}

/// What things are called there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub(super) user_name: &'static str,
    /// A text that is neither required nor unique.
    pub(super) title: &'static str,
    /// Several accounts may have the same, and can be found by it.
    pub(super) shared: &'static str,
    /// Attribute, value of an enabled account, value of a disabled one.
    pub(super) state: (&'static str, bool, bool),
    pub(super) group_name: &'static str,
}

pub(super) struct Subject {
    pub(super) fake: Fake,
    pub(super) connector: Arc<dyn Connector>,
    pub(super) template: Template,
}

impl Subject {
    /// Against a fake with the template's profile.
    pub(super) async fn of(template: &Template) -> Result<Self> {
        let template = scaled(template);
        let fake = match template.connector {
            ConnectorKind::Scim => {
                let mut options = options_of(&template.profile);
                let required = template.user.attributes.iter().filter(|attribute| attribute.required);
                options.values.required = required.map(|attribute| strictly(&attribute.name)).collect();
                Fake::Scim(ScimTarget::start(options).await?)
            }
            ConnectorKind::Samanage => Fake::Samanage(
                SamanageTarget::start(SamanageOptions { calls: None, ..SamanageOptions::default() }).await?,
            ),
        };
        Self::open(fake, template, &kit()?)
    }

    /// Against a SCIM server of this kind, whatever the template's profile says.
    pub(super) async fn undeclared(template: &Template, options: TargetOptions) -> Result<Self> {
        Self::open(Fake::Scim(ScimTarget::start(options).await?), scaled(template), &kit()?)
    }

    fn open(fake: Fake, template: Template, kit: &HttpKit) -> Result<Self> {
        let connector = fake.connect(&template, kit)?;
        Ok(Self { fake, connector, template })
    }

    /// The same server, spoken to through another kit.
    pub(super) fn through(&self, kit: &HttpKit) -> Result<Arc<dyn Connector>> {
        self.fake.connect(&self.template, kit)
    }

    pub(super) fn profile(&self) -> &Profile {
        &self.template.profile
    }

    pub(super) fn names(&self) -> Names {
        self.fake.names()
    }

    pub(super) fn kinds(&self) -> Vec<ObjectKind> {
        self.template.objects().map(|(kind, _)| kind).collect()
    }
}

impl Fake {
    fn connect(&self, template: &Template, kit: &HttpKit) -> Result<Arc<dyn Connector>> {
        let (tenant_url, token) = match self {
            Self::Scim(target) => (target.base_url(), target.token()),
            Self::Samanage(target) => (target.base_url(), target.token()),
        };
        // What the file says about the token's place is the business of the tests of credentials.
        let mut template = template.clone();
        if let Self::Scim(_) = self {
            template.credential_methods = crate::support::generic_template()?.credential_methods;
        }
        let credentials = Credentials::token(Secret::new(token));
        let target = TargetConfig { tenant_url, credentials, overrides: Overrides::default() };
        Ok(connect(&template, &target, kit)?)
    }

    pub(super) fn names(&self) -> Names {
        match self {
            Self::Scim(_) => Names {
                user_name: "userName",
                title: "title",
                shared: "displayName",
                state: ("active", true, false),
                group_name: "displayName",
            },
            Self::Samanage(_) => Names {
                user_name: "email",
                title: "title",
                shared: "name",
                state: ("disabled", false, true),
                group_name: "name",
            },
        }
    }

    /// Every account, as the server has it.
    pub(super) fn users(&self) -> Vec<Value> {
        match self {
            Self::Scim(target) => target.accounts(),
            Self::Samanage(target) => target.records(Kind::Users),
        }
    }

    pub(super) fn user(&self, name: &str) -> Option<Value> {
        match self {
            Self::Scim(target) => target.account(name),
            Self::Samanage(target) => target.user(name),
        }
    }

    /// Puts an account there, as if somebody had made it in the application itself.
    pub(super) fn insert_user(&self, name: &str, shared: &str) -> Result<String> {
        match self {
            Self::Scim(target) => target.insert(json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": name, "displayName": shared, "title": "Old",
            })),
            Self::Samanage(target) => target
                .insert(Kind::Users, json!({"email": name, "name": shared, "title": "Old"}))
                .map(|id| id.to_string()),
        }
        .with_context(|| format!("the fake refused {name}"))
    }

    pub(super) fn remove_user(&self, id: &str) -> bool {
        match self {
            Self::Scim(target) => target.remove(id),
            Self::Samanage(target) => id.parse().is_ok_and(|id| target.remove(Kind::Users, id)),
        }
    }

    pub(super) fn insert_group(&self, name: &str) -> Result<String> {
        match self {
            Self::Scim(target) => target.insert_group(json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name,
            })),
            Self::Samanage(target) => {
                target.insert(Kind::Groups, json!({"name": name})).map(|id| id.to_string())
            }
        }
        .with_context(|| format!("the fake refused the group {name}"))
    }

    /// Names of all groups.
    pub(super) fn groups(&self) -> Vec<String> {
        let text = |group: &Value, name: &str| group[name].as_str().unwrap_or_default().to_owned();
        match self {
            Self::Scim(target) => target.groups().iter().map(|group| text(group, "displayName")).collect(),
            Self::Samanage(target) => target
                .records(Kind::Groups)
                .iter()
                .filter(|group| group["is_user"] != true)
                .map(|group| text(group, "name"))
                .collect(),
        }
    }

    /// Ids of a group's members, sorted; who is one twice is there twice.
    pub(super) fn members(&self, group: &str) -> Result<Vec<String>> {
        let mut members: Vec<String> = match self {
            Self::Scim(target) => {
                let group = target.group(group).context("the group is gone")?;
                let list = group["members"].as_array().cloned().unwrap_or_default();
                list.iter().map(|member| member["value"].as_str().unwrap_or_default().to_owned()).collect()
            }
            Self::Samanage(target) => {
                let of_user = |email: String| target.user(&email).map(|user| user["id"].to_string());
                target.members(group.parse()?).into_iter().filter_map(of_user).collect()
            }
        };
        members.sort();
        Ok(members)
    }

    /// The value that an account has there; nothing for one that is blank.
    pub(super) fn value(&self, body: &Value, attribute: &str) -> Result<Option<Value>> {
        let found = path(attribute)?.find(body).cloned();
        // Where a manager is written as a text, or answered as an object, it is the id that counts.
        let found = match found {
            Some(Value::Object(object)) => object.get("value").cloned(),
            other => other,
        };
        Ok(found.filter(|value| !value.is_null() && *value != ""))
    }

    pub(super) fn break_with(&self, rule: FaultRule) {
        match self {
            Self::Scim(target) => target.break_with(rule),
            Self::Samanage(target) => target.break_with(rule),
        }
    }

    pub(super) fn heal(&self) {
        match self {
            Self::Scim(target) => target.heal(),
            Self::Samanage(target) => target.heal(),
        }
    }

    pub(super) fn counts(&self) -> Counts {
        match self {
            Self::Scim(target) => target.counts(),
            Self::Samanage(target) => target.counts(),
        }
    }

    /// The method by which this server changes an account.
    pub(super) fn update_method(&self, profile: &Profile) -> &'static str {
        match self {
            Self::Scim(_) if profile.scim.patch => "PATCH",
            _ => "PUT",
        }
    }
}

/// A path as the fake understands it, for which a text is no boolean.
fn strictly(path: &str) -> String {
    path.replace("primary eq \"True\"", "primary eq true")
}

/// Members that come or go; where they are set, `before` is what was exported last.
pub(super) fn members(kind: ChangeKind, before: &[String], after: &[String]) -> Result<Change> {
    let list = |ids: &[String]| {
        let list: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
        (!list.is_empty()).then(|| Value::Array(list))
    };
    Ok(Change { kind, ..Change::set(path("members")?, list(before), list(after)) })
}
