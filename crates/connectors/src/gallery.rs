//! The gallery: applications that can be added, as data files in `gallery/`.
//!
//! To add an application that speaks SCIM: `docs/adding-a-gallery-app.md`. In short: a TOML file in `gallery/` with a
//! fresh id; the tests load every file and put a fake with its profile through the conformance suite.
mod schema;
mod template;

use std::sync::Arc;

use uuid::Uuid;

pub use template::{
    AttributeTemplate, ConnectorKind, CredentialField, CredentialKind, CredentialMethod, Feature,
    FieldFormat, ObjectTemplate, RowTemplate, Template, TenantUrl, UrlChoice,
};

#[derive(rust_embed::RustEmbed)]
#[folder = "gallery/"]
struct Files;

/// Every application that can be added.
#[derive(Debug, Clone)]
pub struct Gallery {
    templates: Vec<Arc<Template>>,
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
    /// The credential method with this id, or the first one that new applications are offered.
    #[must_use]
    pub fn method(&self, id: &str) -> Option<&CredentialMethod> {
        let named = self.credential_methods.iter().find(|method| method.id == id);
        named.or_else(|| self.credential_methods.iter().find(|method| !method.superseded))
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
            assert!(!template.setup_steps.is_empty() && !template.user.mapping.is_empty(), "{name}");
            assert!(template.method("").is_some(), "{name}");
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
