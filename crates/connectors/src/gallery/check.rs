//! Reads one gallery file, and finds what is wrong with it.
//!
//! Shape first (keys, words, types), since nothing else can be looked at without it; then everything that has a right
//! shape and still can't work, all of it at once, so that a file is put right in one go. What only shows among
//! several files (ids, names) is in [`super::custom`].
//!
//! To add a check: a function in the file below that has the part of the template, its sentence, and its case in the
//! tests.
mod credentials;
mod objects;
mod profile;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use purser_domain::object::IS_SOFT_DELETED;
use serde_json::Value;

use super::lines::{Lines, line_at};
use super::problem::GalleryProblem;
use super::template::{Feature, Template};
use super::wording::word;
use crate::profile::Profile;

/// Largest file, in bytes.
pub(super) const MAX_FILE: usize = 256 * 1024;

/// Reads a file and checks everything that can be checked without other files.
pub fn read_template(file: &str, bytes: &[u8]) -> Result<Template, Vec<GalleryProblem>> {
    let fail = |line, reason: String| Err(vec![GalleryProblem { file: file.to_owned(), line, reason }]);
    if bytes.len() > MAX_FILE {
        return fail(None, format!("The file is larger than {} KiB. Shorten it.", MAX_FILE / 1024));
    }
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = line_at(bytes, error.valid_up_to());
            return fail(Some(line), "The file is not UTF-8 text. Save it with that encoding.".to_owned());
        }
    };
    let broken = |error: &toml::de::Error| {
        let line = error.span().map(|span| line_at(bytes, span.start));
        fail(line, word(error.message()))
    };
    let lines = match Lines::parse(text) {
        Ok(lines) => lines,
        Err(error) => return broken(&error),
    };
    let template: Template = match toml::from_str(text) {
        Ok(template) => template,
        Err(error) => return broken(&error),
    };
    let mut finder = Finder { file, lines, problems: Vec::new() };
    check_texts(&template, &mut finder);
    check_badges(&template, &mut finder);
    check_addresses(&template, &mut finder);
    check_unverified(&template, &mut finder);
    credentials::check(&template, &mut finder);
    objects::check(&template, &mut finder);
    profile::check(&template, &mut finder);
    if finder.problems.is_empty() {
        return Ok(template);
    }
    finder.problems.sort_by_key(|problem| problem.line);
    Err(finder.problems)
}

/// Collects problems with their lines.
struct Finder<'t> {
    file: &'t str,
    lines: Lines<'t>,
    problems: Vec<GalleryProblem>,
}

impl Finder<'_> {
    fn add(&mut self, place: &str, reason: impl Into<String>) {
        let line = Some(self.lines.find(place));
        self.problems.push(GalleryProblem { file: self.file.to_owned(), line, reason: reason.into() });
    }

    /// A text that must say something.
    fn need(&mut self, place: &str, text: &str) {
        if text.trim().is_empty() {
            self.add(
                place,
                format!("{place} is empty. Write something, or remove it if it may be left out."),
            );
        }
    }

    fn https(&mut self, place: &str, address: &str) {
        let right = url::Url::parse(address).is_ok_and(|url| url.scheme() == "https" && url.has_host());
        if !right {
            self.add(place, format!("{place} must be an address that begins with https://, not {address}."));
        }
    }
}

fn check_texts(template: &Template, finder: &mut Finder<'_>) {
    finder.need("name", &template.name);
    finder.need("publisher", &template.publisher);
    finder.need("description", &template.description);
    for (place, list) in [
        ("categories", &template.categories),
        ("setup_steps", &template.setup_steps),
        ("warnings", &template.warnings),
        ("sources", &template.sources),
    ] {
        let may_be_empty = matches!(place, "warnings" | "sources");
        if list.is_empty() && !may_be_empty {
            finder.add(place, format!("{place} is an empty list. Give it at least one entry."));
        }
        for (at, text) in list.iter().enumerate() {
            finder.need(&format!("{place}[{at}]"), text);
        }
    }
    if template.interval_minutes == 0 {
        finder.add("interval_minutes", "interval_minutes must be at least 1; 40 is usual.");
    }
}

/// What the badges promise must be what the file does.
fn check_badges(template: &Template, finder: &mut Finder<'_>) {
    let has = |feature| template.supports.contains(&feature);
    let mut seen: Vec<Feature> = Vec::new();
    for (at, feature) in template.supports.iter().enumerate() {
        if seen.contains(feature) {
            finder.add(&format!("supports[{at}]"), "This word is in supports twice. Remove one.");
        }
        seen.push(*feature);
    }
    if has(Feature::Groups) && template.group.is_none() {
        finder.add(
            "supports",
            "supports says groups, but the file has no [group]. Add it, or remove the word.",
        );
    }
    if !has(Feature::Groups) && template.group.is_some() {
        finder.add(
            "group",
            "The file has [group], but supports does not say groups. Add the word, or remove [group].",
        );
    }
    if has(Feature::DeleteUsers) && !template.profile.common.deletes_users {
        finder.add(
            "profile.deletes_users",
            "deletes_users is false, but supports says deleteUsers. Remove one of the two.",
        );
    }
    if template.user.delete && !template.profile.common.deletes_users {
        finder.add(
            "profile.deletes_users",
            "deletes_users is false, so [user] needs delete = false as well: otherwise accounts would be deleted there.",
        );
    }
    let reads = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains(IS_SOFT_DELETED));
    let disables = template.user.mapping.iter().any(|row| reads(&row.from) || reads(&row.expression));
    if has(Feature::DisableUsers) && !disables {
        finder.add(
            "supports",
            "supports says disableUsers, but no row of [user] reads IsSoftDeleted, so that nobody is ever disabled. Map Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\") to active.",
        );
    }
}

fn check_addresses(template: &Template, finder: &mut Finder<'_>) {
    if let Some(address) = &template.home_page {
        finder.https("home_page", address);
    }
    if let Some(address) = &template.tenant_url.default {
        finder.https("tenant_url.default", address);
    }
    if !template.tenant_url.hint.starts_with("https://") {
        finder.add("tenant_url.hint", "tenant_url.hint must show an address that begins with https://.");
    }
    for (at, choice) in template.tenant_url.choices.iter().enumerate() {
        finder.need(&format!("tenant_url.choices[{at}].label"), &choice.label);
        finder.https(&format!("tenant_url.choices[{at}].url"), &choice.url);
    }
}

/// A remark about nothing is a typing mistake. Settings of the profile count even when the file leaves them out: their
/// default can be in doubt as well. So do groups that are left out.
fn check_unverified(template: &Template, finder: &mut Finder<'_>) {
    let settings: BTreeSet<String> = match serde_json::to_value(Profile::default()) {
        Ok(Value::Object(settings)) => settings.into_iter().map(|(name, _)| name).collect(),
        _ => BTreeSet::new(),
    };
    for (place, sentence) in &template.unverified {
        let left_out = place == "group" || place == "warnings";
        let setting = place.strip_prefix("profile.").is_some_and(|name| settings.contains(name));
        // A place has dots, so that it is looked up as one key here.
        let line = finder.line_of_unverified(place);
        if !(left_out || setting || finder.lines.has(place)) {
            finder.add_at(line, format!("unverified speaks of {place}, which the file does not have. Name a place such as user.mapping or profile.page_size."));
        } else if sentence.trim().is_empty() {
            finder.add_at(line, format!("unverified says nothing about {place}. Write a sentence."));
        }
    }
}

impl Finder<'_> {
    fn line_of_unverified(&self, place: &str) -> u32 {
        self.lines.find_key("unverified", place)
    }

    fn add_at(&mut self, line: u32, reason: String) {
        self.problems.push(GalleryProblem { file: self.file.to_owned(), line: Some(line), reason });
    }
}
