//! The settings of a profile in sentences, for people who read what is special about an application.
//!
//! To add a setting: its sentence here. A test finds a setting without one.
use super::{
    Clear, Counted, ElementFilter, ManagerShape, MemberRemoval, MembersRead, Paging, Profile, RateLimit,
    RolesShape, ValueRule,
};

impl Profile {
    /// What differs from the RFCs' defaults: each setting's name and a sentence about it.
    #[must_use]
    pub fn describe(&self) -> Vec<(String, String)> {
        let differences = self.differences(&Self::default()).0;
        let sentence = |name: String| self.describe_setting(&name).map(|sentence| (name, sentence));
        differences.into_iter().filter_map(|(name, _)| sentence(name)).collect()
    }

    /// A sentence about the value that a setting has here; `None` when there is no such setting.
    #[must_use]
    pub fn describe_setting(&self, name: &str) -> Option<String> {
        let fixed = |text: &str| Some(text.to_owned());
        let either = |is: bool, yes: &str, no: &str| Some((if is { yes } else { no }).to_owned());
        match name {
            "content_type" => Some(format!("Requests have the content type {}.", self.scim.content_type)),
            "headers" => {
                let names: Vec<&str> = self.common.headers.keys().map(String::as_str).collect();
                Some(format!("Every request carries these headers besides: {}.", or_none(&names)))
            }
            "booleans_as_text" => either(
                self.scim.booleans_as_text,
                "Booleans are sent as the texts True and False.",
                "Booleans are sent as JSON booleans.",
            ),
            "capitalised_operations" => either(
                self.scim.capitalised_operations,
                "Operations of PATCH are spelled Add, Replace and Remove.",
                "Operations of PATCH are spelled add, replace and remove.",
            ),
            "patch" => either(
                self.scim.patch,
                "Users are changed with PATCH.",
                "The target has no PATCH for users: they are read, changed and put back.",
            ),
            "pathless_replace" => either(
                self.scim.pathless_replace,
                "Changed values go together into one replace operation without a path.",
                "Each changed value has an operation of its own.",
            ),
            "clear" => fixed(match self.scim.clear {
                Clear::Remove => "A value is taken away with the operation remove.",
                Clear::EmptyText => "A value is taken away by writing an empty text.",
                Clear::Null => "A value is taken away by writing null.",
            }),
            "manager" => fixed(match self.scim.manager {
                ManagerShape::Object => "The manager is written as an object with the id as value.",
                ManagerShape::Text => "The manager is written as the id alone.",
                ManagerShape::Array => "The manager is written as a list with one object.",
            }),
            "roles" => fixed(match self.scim.roles {
                RolesShape::Standard => "Roles are changed as any other multi-valued attribute.",
                RolesShape::Legacy => "On a change each role is sent as an object written as a text.",
            }),
            "always_schemas" => {
                Some(format!("Every create names these schemas: {}.", or_none(&self.scim.always_schemas)))
            }
            "element_filter" => Some(format!(
                "An e-mail address of a type is looked up with {}.",
                match self.scim.element_filter {
                    ElementFilter::Inside => "emails[type eq \"work\" and value eq \"…\"]",
                    ElementFilter::Outside => "emails[type eq \"work\"].value eq \"…\"",
                    ElementFilter::Plain => "emails.value eq \"…\"",
                }
            )),
            "filterable_users" => Some(describe_filterable("Users", self.scim.filterable_users.as_deref())),
            "filterable_groups" => {
                Some(describe_filterable("Groups", self.scim.filterable_groups.as_deref()))
            }
            "empty_result_is_404" => either(
                self.scim.empty_result_is_404,
                "A search that finds nothing is answered with 404.",
                "A search that finds nothing is answered with an empty list.",
            ),
            "paging" => fixed(match self.scim.paging {
                Paging::Index => "Lists are paged with startIndex and count.",
                Paging::Cursor => "Lists are paged with cursors (RFC 9865).",
                Paging::None => "Lists have no pages: everything comes at once.",
            }),
            "page_size" => Some(format!("Lists are asked for {} objects at a time.", self.common.page_size)),
            "member_removal" => fixed(match self.scim.member_removal {
                MemberRemoval::FilteredPath => {
                    "Members are taken away one by one, by a path that names the member."
                }
                MemberRemoval::ValueArray => {
                    "Members are taken away with one remove operation that lists them."
                }
                MemberRemoval::Replace => "Members are changed by replacing the whole list with PATCH.",
                MemberRemoval::Put => "Groups have no PATCH: they are put back whole.",
            }),
            "members_per_request" => Some(match self.common.members_per_request {
                0 => "One request changes any number of members.".to_owned(),
                most => format!("One request changes at most {most} members."),
            }),
            "members_on_create" => either(
                self.scim.members_on_create,
                "A group is created together with its members.",
                "A group is created empty; its members follow.",
            ),
            "members_read" => fixed(match self.scim.members_read {
                MembersRead::Returned => "Reading a group tells its members.",
                MembersRead::OnRequest => "Reading a group tells its members only when they are asked for.",
                MembersRead::ByFilter => {
                    "Reading a group never tells its members; a filter asks about one of them."
                }
                MembersRead::Never => {
                    "Nothing tells the members of a group; Purser goes by what it wrote itself."
                }
            }),
            "id_attribute" => Some(match &self.scim.id_attribute {
                Some(attribute) => format!("An account's id is its {attribute}, and changes with it."),
                None => "An account's id never changes.".to_owned(),
            }),
            "read_back" => either(
                self.common.read_back,
                "After each write the object is read again; what the target ignored is an error.",
                "Writes are believed without reading again.",
            ),
            "deletes_users" => either(
                self.common.deletes_users,
                "Users can be deleted.",
                "Users can't be deleted, only disabled.",
            ),
            "create_missing" => Some(format!(
                "What a value names and the target does not have is created for: {}.",
                or_none(&self.common.create_missing)
            )),
            "value_rules" => Some(describe_rules(&self.common.value_rules)),
            "limits" => Some(describe_limits(&self.common.limits)),
            "concurrency" => Some(match self.common.concurrency {
                Some(1) => "One request at a time.".to_owned(),
                Some(most) => format!("At most {most} requests at a time."),
                None => "As many requests at a time as the engine is set to.".to_owned(),
            }),
            _ => None,
        }
    }
}

fn or_none(list: &[impl AsRef<str>]) -> String {
    let list: Vec<&str> = list.iter().map(AsRef::as_ref).collect();
    if list.is_empty() { "none".to_owned() } else { list.join(", ") }
}

fn describe_filterable(who: &str, attributes: Option<&[String]>) -> String {
    match attributes {
        None => format!("{who} can be looked up by any attribute."),
        Some([]) => format!("{who} can't be looked up: all are listed and compared by Purser."),
        Some(attributes) => format!("{who} can be looked up only by {}.", attributes.join(", ")),
    }
}

fn describe_rules(rules: &[ValueRule]) -> String {
    let describe = |rule: &ValueRule| {
        let mut parts = Vec::new();
        if let Some(most) = rule.max_length {
            parts.push(format!("has at most {most} characters"));
        }
        if !rule.forbidden.is_empty() {
            let characters: Vec<String> = rule.forbidden.chars().map(String::from).collect();
            parts.push(format!("holds none of {}", characters.join(" ")));
        }
        if rule.no_control {
            parts.push("holds no control characters".to_owned());
        }
        let whose =
            rule.object.map_or_else(String::new, |kind| format!(" of a {}", kind.as_str().to_lowercase()));
        let what = if rule.attribute == "*" { "Every text" } else { &rule.attribute };
        format!("{what}{whose} {}.", parts.join(", "))
    };
    if rules.is_empty() {
        return "Values have no limits beyond their types.".to_owned();
    }
    rules.iter().map(describe).collect::<Vec<_>>().join(" ")
}

fn describe_limits(limits: &[RateLimit]) -> String {
    let describe = |limit: &RateLimit| {
        let which = match limit.requests {
            Counted::All => "requests",
            Counted::Reads => "reads",
            Counted::Writes => "writes",
            Counted::UserWrites => "writes of users",
            Counted::UserDeletes => "deletions of users",
            Counted::GroupReads => "reads of groups",
        };
        let burst = limit.burst.map_or_else(String::new, |burst| format!(", at most {burst} at once"));
        format!("{} {which} in {} seconds{burst}", limit.count, limit.seconds)
    };
    if limits.is_empty() {
        return "The number of requests is not limited.".to_owned();
    }
    format!("At most {}.", limits.iter().map(describe).collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{CommonProfile, ScimProfile};
    use serde_json::Value;

    #[test]
    fn every_setting_has_a_sentence() {
        let profile = Profile::default();
        let Value::Object(settings) = serde_json::to_value(&profile).unwrap() else { unreachable!() };
        for name in settings.keys() {
            let sentence = profile.describe_setting(name);
            assert!(sentence.is_some_and(|sentence| sentence.ends_with('.')), "{name}");
        }
        assert_eq!(profile.describe_setting("pach"), None);
    }

    #[test]
    fn only_what_differs_is_told() {
        assert!(Profile::default().describe().is_empty());
        let profile = Profile {
            common: CommonProfile { members_per_request: 7, ..CommonProfile::default() },
            scim: ScimProfile { patch: false, ..ScimProfile::default() },
        };
        let told = profile.describe();
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0].1, "One request changes at most 7 members.");
    }
}
