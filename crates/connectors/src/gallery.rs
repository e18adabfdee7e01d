//! The gallery: applications that can be added, as data files in `gallery/`.
//!
//! To add an application that speaks SCIM: 1. a TOML file in `gallery/` with a fresh id (copy `scim.toml`),
//! 2. its facts in a comment on top, 3. run the tests: they load every file and put a fake with its profile
//! through the conformance suite.
//!
//! A template's id never changes: applications that were added from it refer to it.
use std::sync::Arc;

use purser_domain::mapping::{ObjectMapping, default_user_mapping};
use purser_domain::schema::Schema;
use serde::Deserialize;
use uuid::Uuid;

use crate::profile::Profile;

#[derive(rust_embed::RustEmbed)]
#[folder = "gallery/"]
struct Files;

/// Every application that can be added.
#[derive(Debug, Clone)]
pub struct Gallery {
    templates: Vec<Arc<Template>>,
}

/// An application that can be added.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Id, also in the API (`applicationTemplates/{id}`).
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
    /// Where it is.
    pub tenant_url: TenantUrl,
    /// What the administrator enters under Admin Credentials.
    pub credentials: Vec<CredentialField>,
    /// What it can be provisioned with.
    pub mappings: Vec<MappingPreset>,
    /// Its deviations.
    #[serde(default)]
    pub profile: Profile,
    /// What to do in the application itself, step by step.
    pub setup_steps: Vec<String>,
}

/// Kinds of target API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectorKind {
    /// SCIM 2.0 (RFC 7643, RFC 7644).
    Scim,
}

/// Where an application is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantUrl {
    /// Filled in for the administrator, when it is the same for everybody.
    #[serde(default)]
    pub default: Option<String>,
    /// What it looks like.
    pub hint: String,
}

/// A field under Admin Credentials.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialField {
    /// Key in the synchronization secrets of the API.
    pub key: String,
    /// Label.
    pub label: String,
    /// Stored encrypted and never shown again.
    #[serde(default)]
    pub secret: bool,
    /// Needed before provisioning can start.
    #[serde(default)]
    pub required: bool,
    /// Where to get it.
    #[serde(default)]
    pub help: String,
}

/// Object mappings that a new application starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MappingPreset {
    /// The default mapping of a SCIM application's users.
    DefaultUsers,
}

/// A gallery file that is not right.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// The file can't be read as a template.
    #[error("the gallery file {file} could not be read")]
    Unreadable {
        /// File name.
        file: String,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The file is not UTF-8.
    #[error("the gallery file {file} is not UTF-8 text")]
    NotText {
        /// File name.
        file: String,
    },
    /// Two files have the same id or name.
    #[error("the gallery file {file} has the id or the name of another one")]
    Duplicate {
        /// File name.
        file: String,
    },
}

impl Gallery {
    /// Reads the files that are built into the program.
    ///
    /// # Errors
    /// Names the first file that is not right.
    pub fn load() -> Result<Self, GalleryError> {
        let mut templates: Vec<Arc<Template>> = Vec::new();
        for file in Files::iter() {
            let file = file.into_owned();
            let bytes = Files::get(&file).map(|content| content.data).unwrap_or_default();
            let text = str::from_utf8(&bytes).map_err(|_| GalleryError::NotText { file: file.clone() })?;
            let template: Template = toml::from_str(text).map_err(|source| GalleryError::Unreadable {
                file: file.clone(),
                source: Box::new(source),
            })?;
            if templates.iter().any(|other| other.id == template.id || other.name == template.name) {
                return Err(GalleryError::Duplicate { file });
            }
            templates.push(Arc::new(template));
        }
        templates.sort_by_key(|template| template.name.to_lowercase());
        Ok(Self { templates })
    }

    /// All templates, by name.
    #[must_use]
    pub fn templates(&self) -> &[Arc<Template>] {
        &self.templates
    }

    /// The template with this id.
    #[must_use]
    pub fn find(&self, id: Uuid) -> Option<&Arc<Template>> {
        self.templates.iter().find(|template| template.id == id)
    }
}

impl Template {
    /// The schema that an application of this name, made from this template, starts with. Its mappings' names are
    /// worded as in the seed documents.
    #[must_use]
    pub fn default_schema(&self, application: &str) -> Schema {
        let mappings = self.mappings.iter().map(|preset| preset.build(application)).collect();
        Schema::default_for(application, mappings)
    }
}

impl MappingPreset {
    fn build(self, application: &str) -> ObjectMapping {
        match self {
            Self::DefaultUsers => ObjectMapping {
                name: format!("Synchronize Purser Users to {application}"),
                ..default_user_mapping()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_loads_and_is_complete() {
        let gallery = Gallery::load().unwrap();
        assert_eq!(gallery.templates().len(), Files::iter().count());
        for template in gallery.templates() {
            let name = &template.name;
            assert!(!template.categories.is_empty() && !template.publisher.is_empty(), "{name}");
            assert!(template.description.ends_with('.'), "{name}");
            assert!(!template.setup_steps.is_empty() && !template.mappings.is_empty(), "{name}");
            let keys: Vec<_> =
                template.credentials.iter().map(|field| (field.key.as_str(), field.secret)).collect();
            assert_eq!(keys, [("BaseAddress", false), ("SecretToken", true)], "{name}");
            if let Some(url) = &template.tenant_url.default {
                assert!(url.starts_with("https://"), "{name}");
            }
            assert_eq!(gallery.find(template.id).unwrap().name, template.name);
        }
    }

    #[test]
    fn the_applications_of_the_tutorials_are_there_with_their_addresses() {
        let gallery = Gallery::load().unwrap();
        let url = |name: &str| {
            gallery.templates().iter().find(|t| t.name == name).and_then(|t| t.tenant_url.default.clone())
        };
        assert_eq!(url("Promapp").as_deref(), Some("https://api.promapp.com/api/scim"));
        assert_eq!(url("Airstack").as_deref(), Some("https://api-as.lenovosoftware.com/0/as/common/scim"));
        assert_eq!(url("SCIM application"), None);
    }

    #[test]
    fn a_misspelt_field_is_an_error_and_not_ignored() {
        let text = str::from_utf8(&Files::get("scim.toml").unwrap().data).unwrap().to_owned();
        assert!(toml::from_str::<Template>(&text).is_ok());
        assert!(toml::from_str::<Template>(&format!("publsher = \"x\"\n{text}")).is_err());
        assert!(toml::from_str::<Template>(&format!("{text}\n[profile]\npach = true\n")).is_err());
    }
}
