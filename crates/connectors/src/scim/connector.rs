//! One SCIM target as its connector knows it: what was declared, and what was learned by the way.
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use purser_domain::attribute::ObjectDefinition;
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::target_schema::{TargetRule, TargetSchema};
use reqwest::header::HeaderValue;

use super::dialect::heed_flags;
use super::listing_index::ListingIndex;
use super::value_rules::ValueRules;
use crate::endpoint::Endpoint;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::gallery::Template;
use crate::http::HttpKit;
use crate::profile::{MemberRemoval, Profile, broken_profile};
use crate::target::TargetConfig;

/// One SCIM target.
#[derive(Debug)]
pub(crate) struct ScimConnector {
    pub(super) endpoint: Endpoint,
    pub(super) profile: Profile,
    pub(super) content_type: HeaderValue,
    users: KindState,
    groups: KindState,
    /// Cleared for good once the target has refused to leave members out.
    excludes_members: AtomicBool,
    /// How many members a request may change; 0 for any number. Shrinks when the target finds them too many.
    chunk: AtomicUsize,
    pub(super) index: ListingIndex,
}

/// What the template says about one kind of object, and what was learned.
#[derive(Debug)]
pub(super) struct KindState {
    pub(super) schema: TargetSchema,
    /// The attribute that objects are matched by first.
    pub(super) matching: TargetPath,
    /// Attributes of which the gallery file says that case matters.
    exact: Vec<TargetPath>,
    /// Cleared for good once the target has said that it has no PATCH.
    patches: AtomicBool,
}

impl KindState {
    fn new(kind: ObjectKind, template: &Template, profile: &Profile) -> Result<Self> {
        let default = match kind {
            ObjectKind::User => "userName",
            ObjectKind::Group => "displayName",
        };
        let object = template.objects().find(|(other, _)| *other == kind).map(|(_, object)| object);
        let rows = object.map_or(&[][..], |object| &object.mapping);
        let first = rows.iter().filter(|row| row.matching.is_some()).min_by_key(|row| row.matching);
        let matching = TargetPath::parse(first.map_or(default, |row| &row.to))
            .map_err(|error| broken_template(template, &error.to_string()))?;
        let own = object.map_or(&[][..], |object| &object.attributes);
        let exact = own.iter().filter(|attribute| attribute.exact_case);
        let exact = exact.filter_map(|attribute| TargetPath::parse(&attribute.name).ok()).collect();
        let definition = ObjectDefinition {
            name: kind.to_string(),
            attributes: object.map(|object| object.build_attributes(kind)).unwrap_or_default(),
            extra: serde_json::Map::new(),
        };
        let schema = TargetSchema::from_definition(&definition);
        // The profile says so of users, and of groups with the way in which members are taken away.
        let patches = match kind {
            ObjectKind::User => profile.scim.patch,
            ObjectKind::Group => profile.scim.member_removal != MemberRemoval::Put,
        };
        Ok(Self { schema, matching, exact, patches: AtomicBool::new(patches) })
    }
}

/// The template's profile with what a flag in the Tenant URL says, and the application's own settings before both.
pub(crate) fn effective_profile(template: &Template, target: &TargetConfig) -> Result<Profile> {
    heed_flags(&template.profile, &target.tenant_url).effective(&target.overrides)
}

impl ScimConnector {
    /// Makes the connector. Sends nothing.
    pub(crate) fn open(template: &Template, target: &TargetConfig, kit: &HttpKit) -> Result<Self> {
        let profile = effective_profile(template, target)?;
        Self::new(Endpoint::open(template, target, &profile, kit)?, template, profile)
    }

    fn new(endpoint: Endpoint, template: &Template, profile: Profile) -> Result<Self> {
        let content_type = HeaderValue::try_from(&profile.scim.content_type)
            .map_err(|_| broken_profile("content_type", "is no content type"))?;
        Ok(Self {
            endpoint,
            content_type,
            users: KindState::new(ObjectKind::User, template, &profile)?,
            groups: KindState::new(ObjectKind::Group, template, &profile)?,
            excludes_members: AtomicBool::new(true),
            chunk: AtomicUsize::new(usize::try_from(profile.common.members_per_request).unwrap_or(0)),
            index: ListingIndex::default(),
            profile,
        })
    }

    pub(super) const fn state(&self, kind: ObjectKind) -> &KindState {
        match kind {
            ObjectKind::User => &self.users,
            ObjectKind::Group => &self.groups,
        }
    }

    pub(super) fn rule(&self, kind: ObjectKind, path: &TargetPath) -> TargetRule {
        self.state(kind).schema.rule(path)
    }

    pub(super) fn is_declared_exact(&self, kind: ObjectKind, path: &TargetPath) -> bool {
        self.state(kind).exact.contains(path)
    }

    pub(super) fn value_rules(&self) -> ValueRules<'_> {
        ValueRules { rules: &self.profile.common.value_rules, host: self.endpoint.host() }
    }

    pub(super) fn patches(&self, kind: ObjectKind) -> bool {
        self.state(kind).patches.load(Ordering::Relaxed)
    }

    pub(super) fn stop_patching(&self, kind: ObjectKind) {
        self.state(kind).patches.store(false, Ordering::Relaxed);
    }

    pub(super) fn excludes_members(&self) -> bool {
        self.excludes_members.load(Ordering::Relaxed)
    }

    pub(super) fn stop_excluding_members(&self) {
        self.excludes_members.store(false, Ordering::Relaxed);
    }

    /// How many of so many members go into one request.
    pub(super) fn chunk(&self, members: usize) -> usize {
        match self.chunk.load(Ordering::Relaxed) {
            0 => members,
            most => most.min(members),
        }
    }

    pub(super) fn shrink_chunk(&self, to: usize) {
        self.chunk.store(to.max(1), Ordering::Relaxed);
    }
}

fn broken_template(template: &Template, what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("The gallery entry of {} can't be used: {what}", template.name),
        "Correct the gallery file.",
    )
}
