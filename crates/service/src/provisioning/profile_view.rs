//! The settings of a target profile as pages show them.
use purser_connectors::Profile;
use purser_contract::profile::SettingView;
use serde_json::{Map, Value as Json};

/// The settings in which a profile differs from the standard, and those that are an application's own.
pub(crate) fn view_settings(profile: &Profile, base: &Profile, own: &Map<String, Json>) -> Vec<SettingView> {
    let standard = Profile::default();
    let mut deviations = profile.differences(&standard).0;
    let of_gallery = base.differences(&standard).0;
    let all = as_map(profile);
    for name in own.keys() {
        if let Some(value) = all.get(name) {
            deviations.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    let defaults = as_map(&standard);
    let mut settings: Vec<SettingView> = deviations
        .into_iter()
        .map(|(name, value)| {
            let is_own = own.contains_key(&name);
            let gallery = of_gallery.get(&name).or_else(|| defaults.get(&name));
            SettingView {
                sentence: profile.describe_setting(&name).unwrap_or_default(),
                value: value.to_string(),
                own: is_own,
                gallery_value: gallery.filter(|_| is_own).map(Json::to_string),
                name,
            }
        })
        .collect();
    settings.sort_by(|a, b| a.name.cmp(&b.name));
    settings
}

/// Every setting by name.
pub(crate) fn as_map(profile: &Profile) -> Map<String, Json> {
    match serde_json::to_value(profile) {
        Ok(Json::Object(map)) => map,
        _ => Map::new(),
    }
}
