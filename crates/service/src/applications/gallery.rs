//! The gallery: what can be added, as its tiles, panes and set-up steps show it.
use crate::caller::{Caller, Right};
use crate::error::{Result, not_found};
use crate::input::search_text;
use crate::portal::Portal;
use crate::provisioning::profile_view::view_settings;
use purser_connectors::{Feature, GalleryProblem, Profile, Template};
use purser_contract::application::{GalleryProblemView, TemplateView};
use purser_store::Application;
use serde_json::Map;
use std::sync::Arc;

impl Portal {
    /// The gallery apps whose name, publisher or category holds `search`.
    pub fn list_templates(&self, caller: &Caller, search: &str) -> Result<Vec<TemplateView>> {
        caller.may(Right::Read)?;
        let wanted = search_text(search).to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&wanted);
        let templates = self.deps.gallery.templates();
        let found = templates.iter().filter(|template| {
            holds(&template.name)
                || holds(&template.publisher)
                || template.categories.iter().any(|name| holds(name))
        });
        Ok(found.map(|template| self.view_template(template)).collect())
    }

    /// A gallery app.
    pub fn load_template(&self, caller: &Caller, id: &str) -> Result<TemplateView> {
        caller.may(Right::Read)?;
        let template = self.find_template(id).ok_or_else(|| not_found("gallery application", id))?;
        Ok(self.view_template(&template))
    }

    /// The administrator's own gallery files that are not right.
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

    /// The gallery app with this id.
    pub(crate) fn find_template(&self, id: &str) -> Option<Arc<Template>> {
        self.deps.gallery.find(id.trim().parse().ok()?)
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
