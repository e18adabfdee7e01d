//! Gallery apps as their tiles, panes and set-up steps show them.
use crate::caller::{Caller, Right};
use crate::error::Result;
use crate::portal::Portal;
use crate::provisioning::target_profile::view_settings;
use purser_connectors::{Feature, GalleryProblem, Profile, Template};
use purser_contract::application::{GalleryProblemView, TemplateView};
use purser_store::Application;
use serde_json::Map;

impl Portal {
    /// The administrator's own gallery files that are not right.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not read.
    pub fn list_gallery_problems(&self, caller: &Caller) -> Result<Vec<GalleryProblemView>> {
        caller.may(Right::Read)?;
        let problems = self.deps.gallery.problems().into_iter();
        let view = |problem: GalleryProblem| GalleryProblemView {
            file: problem.file,
            line: problem.line,
            reason: problem.reason,
        };
        Ok(problems.map(view).collect())
    }

    pub(crate) fn view_template(&self, template: &Template) -> TemplateView {
        view_template(template, self.deps.gallery.is_custom(template.id))
    }
}

fn view_template(template: &Template, own: bool) -> TemplateView {
    let offered = template.credential_methods.iter().filter(|method| !method.superseded);
    let unverified = template.unverified.iter();
    TemplateView {
        id: template.id.to_string(),
        display_name: template.name.clone(),
        publisher: template.publisher.clone(),
        description: template.description.clone(),
        categories: template.categories.clone(),
        setup_steps: template.setup_steps.clone(),
        home_page: template.home_page.clone().unwrap_or_default(),
        supports: template.supports.iter().map(|feature| name_feature(*feature).to_owned()).collect(),
        warnings: template.warnings.clone(),
        sources: template.sources.clone(),
        unverified: unverified.map(|(place, sentence)| (place.clone(), sentence.clone())).collect(),
        credential_methods: offered.map(|method| method.label.clone()).collect(),
        interval_minutes: template.interval_minutes,
        profile: view_settings(&template.profile, &Profile::default(), &Map::new()),
        own,
    }
}

/// What stands for a gallery app that this version of Purser does not have.
pub(crate) fn missing_template(application: &Application) -> TemplateView {
    TemplateView {
        id: application.template_id.clone(),
        display_name: "(no longer in the gallery)".to_owned(),
        publisher: String::new(),
        description: String::new(),
        categories: Vec::new(),
        setup_steps: Vec::new(),
        home_page: String::new(),
        supports: Vec::new(),
        warnings: Vec::new(),
        sources: Vec::new(),
        unverified: Vec::new(),
        credential_methods: Vec::new(),
        interval_minutes: 0,
        profile: Vec::new(),
        own: false,
    }
}

fn name_feature(feature: Feature) -> &'static str {
    match feature {
        Feature::CreateUsers => "Creates users",
        Feature::UpdateUsers => "Updates users",
        Feature::DisableUsers => "Disables users",
        Feature::DeleteUsers => "Deletes users",
        Feature::Groups => "Groups",
        Feature::ImportRoles => "Imports roles",
        Feature::DiscoverAttributes => "Discovers attributes",
        Feature::CustomAttributes => "Custom attributes",
    }
}
