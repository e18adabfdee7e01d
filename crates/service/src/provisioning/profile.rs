//! The target profile of an application: what its gallery file says, and settings of its own on top.
//!
//! Settings of its own come from proposals (of the capability probe, of a discovery) or over the API; each names a
//! setting that exists and has a value that it can have, or nothing is saved.
use crate::caller::{Caller, Right};
use crate::error::{Checked, Result, invalid, stale};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use crate::provisioning::profile_view::{as_map, view_settings};
use crate::provisioning::spec::load_job_of;
use purser_connectors::{Overrides, Template};
use purser_contract::problem::Problem;
use purser_contract::profile::{ProfileForm, ProfileView};
use purser_store::{Application, JobSpec};
use serde_json::{Map, Value as Json};

/// Longest value of a setting, as JSON.
const MAX_VALUE: usize = 20_000;
/// Most settings in one form; a profile has some thirty.
const MAX_SETTINGS: usize = 200;

impl Portal {
    /// The target profile of an application.
    pub async fn load_profile(&self, caller: &Caller, app: &str) -> Result<ProfileView> {
        caller.may(Right::Read)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let template = self.load_template_of(&application)?;
        Ok(view_profile(&application, &spec, &template))
    }

    /// Sets settings of an application's own, and takes others back to what the gallery file says.
    pub async fn save_profile(&self, caller: &Caller, form: ProfileForm) -> Result<ProfileView> {
        caller.may(Right::Write)?;
        if form.settings.len() + form.take_back.len() > MAX_SETTINGS {
            return Err(invalid(format!("At most {MAX_SETTINGS} settings can be changed at a time.")).into());
        }
        let tx = self.store().begin().await?;
        let (application, stored) = load_job_of(&tx, &form.application_id).await?;
        if form.generation != 0 && form.generation != stored.generation {
            return Err(stale("the configuration of this application", Vec::new()).into());
        }
        let template = self.load_template_of(&application)?;
        let mut spec = stored.clone();
        for name in &form.take_back {
            spec.profile.shift_remove(name);
        }
        let chosen = |name: &&String| form.chosen.is_empty() || form.chosen.contains(*name);
        for name in form.settings.keys().filter(chosen) {
            let value = parse_value(name, &form.settings[name.as_str()])?;
            spec.profile.insert(name.clone(), value);
        }
        let effective =
            template.profile.with(&Overrides(spec.profile.clone())).map_err(|why| refuse(&why))?;
        // What is the same in the gallery file is no setting of its own.
        let own = effective.differences(&template.profile).0;
        spec.profile.retain(|name, _| own.contains_key(name));
        if spec.profile == stored.profile {
            drop(tx);
            return Ok(view_profile(&application, &stored, &template));
        }
        spec.updated_at = self.now();
        tx.update_spec(&spec, stored.generation).await?;
        let note = note(&application, &template, &stored.profile, &spec.profile);
        self.audit(&tx, caller, Activity::UpdateProfile, note).await?;
        let spec = tx.load_spec(stored.job_id).await?;
        self.commit(tx).await?;
        Ok(view_profile(&application, &spec, &template))
    }
}

fn parse_value(name: &str, text: &str) -> Checked<Json> {
    if text.len() > MAX_VALUE {
        return Err(refuse(&format!("The value of {name} is too long.")));
    }
    serde_json::from_str(text).map_err(|error| refuse(&format!("The value of {name} is no JSON: {error}.")))
}

fn refuse(why: &str) -> Problem {
    invalid(why)
        .advice("Nothing was changed. Look up the setting's name and its values in the gallery schema.")
}

fn view_profile(application: &Application, spec: &JobSpec, template: &Template) -> ProfileView {
    let own = Overrides(spec.profile.clone());
    let (profile, problem) = match template.profile.with(&own) {
        Ok(profile) => (profile, None),
        Err(why) => (template.profile.clone(), Some(why)),
    };
    ProfileView {
        application_id: application.id.to_string(),
        generation: spec.generation,
        settings: view_settings(&profile, &template.profile, &spec.profile),
        problem,
    }
}

fn note(
    application: &Application,
    template: &Template,
    before: &Map<String, Json>,
    after: &Map<String, Json>,
) -> AuditNote {
    let gallery = as_map(&template.profile);
    let value = |own: &Map<String, Json>, name: &str| {
        own.get(name).or_else(|| gallery.get(name)).map(Json::to_string).unwrap_or_default()
    };
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let note = AuditNote::on(application.id.as_uuid(), &application.display_name);
    names.fold(note, |note, name| note.change(name, &value(before, name), &value(after, name)))
}
