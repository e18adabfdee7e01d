//! The gallery: applications that can be added, as data files in `gallery/` and in a folder of the administrator's.
//!
//! To add an application that speaks SCIM: `docs/adding-a-gallery-app.md`. In short: a TOML file in `gallery/` with a
//! fresh id; the tests load every file and put a fake with its profile through the conformance suite.
mod check;
mod custom;
mod json_schema;
mod lines;
mod problem;
mod schema;
mod template;
#[cfg(test)]
mod tests;
mod wording;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use custom::{CustomFolder, FolderContents};

pub use check::read_template;
pub use json_schema::render_schema;
pub use problem::GalleryProblem;
pub use template::{
    AttributeTemplate, ConnectorKind, CredentialField, CredentialKind, CredentialMethod, Feature,
    FieldFormat, ObjectTemplate, RowTemplate, Template, TenantUrl, UrlChoice,
};

#[derive(rust_embed::RustEmbed)]
#[folder = "gallery/"]
struct Files;

/// Every application that can be added. Clones share what was read.
#[derive(Debug, Clone)]
pub struct Gallery {
    built_in: Arc<[Arc<Template>]>,
    custom: Option<Arc<CustomFolder>>,
}

/// A gallery file of the program itself that is not right.
#[derive(Debug, thiserror::Error)]
#[error("the built-in gallery file {0}")]
pub struct GalleryError(pub GalleryProblem);

impl Gallery {
    /// Reads the files that are built into the program.
    pub fn load() -> Result<Self, GalleryError> {
        let mut templates: Vec<Arc<Template>> = Vec::new();
        for file in Files::iter() {
            let bytes = Files::get(&file).map(|content| content.data).unwrap_or_default();
            let read = read_template(&file, &bytes);
            let read = read.and_then(|template| custom::compare(&file, template, templates.iter()));
            match read {
                Ok(template) => templates.push(Arc::new(template)),
                Err(mut problems) => return Err(GalleryError(problems.swap_remove(0))),
            }
        }
        sort(&mut templates);
        Ok(Self { built_in: templates.into(), custom: None })
    }

    /// With the files of a folder besides. It need not be there; its files are read when they are asked for, and again
    /// whenever they changed.
    #[must_use]
    pub fn with_folder(self, folder: PathBuf) -> Self {
        Self { custom: Some(Arc::new(CustomFolder::new(folder))), ..self }
    }

    /// All templates that can be added, by name.
    #[must_use]
    pub fn templates(&self) -> Vec<Arc<Template>> {
        let mut all = self.built_in.to_vec();
        if let Some(folder) = self.look() {
            all.extend(folder.templates.iter().map(Arc::clone));
            sort(&mut all);
        }
        all
    }

    /// The template with this id; also one whose file is wrong now and was right before.
    #[must_use]
    pub fn find(&self, id: Uuid) -> Option<Arc<Template>> {
        let built_in = self.built_in.iter().find(|template| template.id == id).map(Arc::clone);
        built_in.or_else(|| self.look()?.find(id))
    }

    /// What is wrong with files of the folder, file by file and line by line.
    #[must_use]
    pub fn problems(&self) -> Vec<GalleryProblem> {
        self.look().map_or_else(Vec::new, |folder| folder.problems.clone())
    }

    /// Whether this template is from the folder and not built in.
    #[must_use]
    pub fn is_custom(&self, id: Uuid) -> bool {
        !self.built_in.iter().any(|template| template.id == id)
    }

    /// Checks a file that need not be in the folder, also against the built-in ones.
    pub fn check_file(&self, path: &Path) -> Result<Template, Vec<GalleryProblem>> {
        let name = path.display().to_string();
        let template = custom::read_file(path, &name)?;
        custom::compare(&name, template, self.built_in.iter())
    }

    fn look(&self) -> Option<Arc<FolderContents>> {
        self.custom.as_ref().map(|folder| folder.look(&self.built_in))
    }
}

fn sort(templates: &mut [Arc<Template>]) {
    templates.sort_by_key(|template| template.name.to_lowercase());
}

impl Template {
    /// The credential method with this id, or the first one that new applications are offered.
    #[must_use]
    pub fn method(&self, id: &str) -> Option<&CredentialMethod> {
        let named = self.credential_methods.iter().find(|method| method.id == id);
        named.or_else(|| self.credential_methods.iter().find(|method| !method.superseded))
    }
}
