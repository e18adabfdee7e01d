//! Profile: numbers that can be, and attributes that are there.
use purser_domain::nearest::find_nearest;
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::target_schema::TargetSchema;

use super::{Finder, objects};
use crate::gallery::template::Template;

pub(super) fn check(template: &Template, finder: &mut Finder<'_>) {
    let profile = &template.profile;
    let at_least_one = |finder: &mut Finder<'_>, place: &str, number: u32| {
        if number == 0 {
            finder.add(place, format!("{place} must be at least 1."));
        }
    };
    at_least_one(finder, "profile.page_size", profile.common.page_size);
    if let Some(concurrency) = profile.common.concurrency {
        at_least_one(finder, "profile.concurrency", concurrency.into());
    }
    for (at, limit) in profile.common.limits.iter().enumerate() {
        let place = format!("profile.limits[{at}]");
        at_least_one(finder, &format!("{place}.count"), limit.count);
        at_least_one(finder, &format!("{place}.seconds"), limit.seconds);
        if let Some(burst) = limit.burst {
            at_least_one(finder, &format!("{place}.burst"), burst);
        }
    }
    finder.need("profile.content_type", &profile.scim.content_type);
    check_rules(template, finder);
    check_attributes(template, finder);
}

fn check_rules(template: &Template, finder: &mut Finder<'_>) {
    for (at, rule) in template.profile.common.value_rules.iter().enumerate() {
        let place = format!("profile.value_rules[{at}]");
        if rule.attribute != "*" {
            let kinds: Vec<ObjectKind> = match rule.object {
                Some(kind) => vec![kind],
                None => template.objects().map(|(kind, _)| kind).collect(),
            };
            check_known(template, &kinds, &rule.attribute, &place, finder);
        }
        if rule.max_length == Some(0) {
            finder.add(&place, "max_length must be at least 1.");
        }
        if rule.max_length.is_none() && rule.forbidden.is_empty() && !rule.no_control {
            finder.add(
                &place,
                format!(
                    "The rule for {} forbids nothing. Give it max_length, forbidden or no_control.",
                    rule.attribute
                ),
            );
        }
    }
}

fn check_attributes(template: &Template, finder: &mut Finder<'_>) {
    let profile = &template.profile;
    for (name, kind, list) in [
        ("filterable_users", ObjectKind::User, &profile.scim.filterable_users),
        ("filterable_groups", ObjectKind::Group, &profile.scim.filterable_groups),
    ] {
        for (at, attribute) in list.iter().flatten().enumerate() {
            check_known(template, &[kind], attribute, &format!("profile.{name}[{at}]"), finder);
        }
    }
    if let Some(attribute) = &profile.scim.id_attribute {
        check_known(template, &[ObjectKind::User], attribute, "profile.id_attribute", finder);
    }
}

/// An attribute must be in the list of one of these kinds, itself or with a part.
fn check_known(
    template: &Template,
    kinds: &[ObjectKind],
    attribute: &str,
    place: &str,
    finder: &mut Finder<'_>,
) {
    let mut names: Vec<String> = vec!["id".to_owned()];
    let mut known = attribute == "id";
    for (kind, object) in template.objects().filter(|(kind, _)| kinds.contains(kind)) {
        let list = object.build_attributes(kind);
        let path = TargetPath::parse(attribute).ok();
        known = known
            || list.iter().any(|listed| {
                let whole = TargetPath::parse(&listed.name).ok();
                listed.name.eq_ignore_ascii_case(attribute)
                    || whole.is_some_and(|whole| whole.attribute().eq_ignore_ascii_case(attribute))
            })
            || path.is_some_and(|path| {
                let schema = template.default_schema(&template.name);
                schema
                    .target(kind)
                    .is_some_and(|target| TargetSchema::from_definition(target).find_path(&path).is_some())
            });
        names.extend(list.into_iter().map(|listed| listed.name));
    }
    if !known {
        let end = find_nearest(attribute, names.iter().map(String::as_str)).map_or_else(
            || ". Correct it, or add it to the attribute list.".to_owned(),
            |near| format!("; did you mean {near}?"),
        );
        let kinds: Vec<&str> = kinds.iter().map(|kind| objects::place(*kind)).collect();
        finder.add(place, format!("The attribute list of {} has no {attribute}{end}", kinds.join(" and ")));
    }
}
