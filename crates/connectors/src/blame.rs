//! Which attribute a target blames: the one that it names, also when the request did not have it.
use purser_domain::path::TargetPath;
use purser_domain::target_schema::TargetSchema;

use crate::complaint::Complaint;

/// What a target says of a value that is not there.
const LACKS: &[&str] = &["required", "missing", "mandatory", "blank", "empty", "null", "must be provided"];
/// What stands before a name that could be any word.
const BEFORE: &[&str] = &["attribute ", "field ", "property ", "parameter ", "value for ", "missing "];
/// What stands behind one.
const BEHIND: &[&str] =
    &[":", " is required", " is missing", " is mandatory", " must ", " can't ", " cannot "];

/// The attribute that is blamed. `sent`: those of the request; `schema`: what the target has besides.
pub(crate) fn find_culprit<'p>(
    complaint: &Complaint,
    sent: impl Iterator<Item = &'p TargetPath>,
    schema: &TargetSchema,
) -> Option<String> {
    let said = [complaint.named.as_deref().unwrap_or_default(), &complaint.detail].join(": ");
    let text = fold(&said);
    let sent: Vec<&TargetPath> = sent.collect();
    let lacks = LACKS.iter().any(|word| contains_word(&text, word, &mut |_, _| true));
    let known = schema.attributes().iter().filter_map(|attribute| TargetPath::parse(&attribute.name).ok());
    let others: Vec<TargetPath> =
        known.filter(|path| !sent.iter().any(|other| simple(other) == simple(path))).collect();
    let of_sent = sent.iter().filter_map(|path| Some((false, name_length(&text, path, true)?, *path)));
    let of_others = others.iter().filter_map(|path| Some((lacks, name_length(&text, path, false)?, path)));
    // The longest name wins: "name.givenName" is more than the "name" in it. Of those sent, the last of equals.
    let culprit = of_others.chain(of_sent).max_by_key(|(lacks, length, _)| (*lacks, *length));
    culprit.map(|(_, _, path)| path.to_string()).or_else(|| complaint.named.clone())
}

/// How long the name is by which `text` speaks of this attribute.
fn name_length(text: &str, path: &TargetPath, sent: bool) -> Option<usize> {
    let anywhere = |name: &str| contains_word(text, &fold(name), &mut |_, _| true);
    let as_name = |name: &str| contains_word(text, &fold(name), &mut is_name);
    let whole = [path.as_str().to_owned(), simple(path)];
    let whole =
        whole.iter().filter(|name| if sent || is_distinctive(name) { anywhere(name) } else { as_name(name) });
    let part = path.sub().filter(|sub| is_distinctive(sub) && anywhere(sub));
    let (many, one) = (path.attribute(), path.attribute().trim_end_matches('s'));
    let around = [many, one].into_iter().filter(|name| sent && anywhere(name));
    whole.map(String::as_str).chain(part).chain(around).map(str::len).max()
}

/// A name that is no word of a sentence.
fn is_distinctive(name: &str) -> bool {
    name.contains(['.', ':', '_']) || name.chars().skip(1).any(char::is_uppercase)
}

/// Whether a word with this before and behind it is meant as a name.
fn is_name(before: &str, behind: &str) -> bool {
    let quote = |c: char| matches!(c, '\'' | '"' | '`');
    (before.ends_with(quote) && behind.starts_with(quote))
        || BEFORE.iter().any(|words| before.ends_with(words))
        || BEHIND.iter().any(|words| behind.starts_with(words))
}

fn simple(path: &TargetPath) -> String {
    match path.sub() {
        Some(sub) => format!("{}.{sub}", path.attribute()),
        None => path.attribute().to_owned(),
    }
}

/// Without regard to case, and to how words are joined.
fn fold(text: &str) -> String {
    text.to_lowercase().replace('_', "")
}

/// Whether a word occurs, not as the beginning of a longer path, where `fits` says so of what is around it.
fn contains_word(text: &str, word: &str, fits: &mut dyn FnMut(&str, &str) -> bool) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let (before, behind) = (&text[..at], &text[at + word.len()..]);
            let mut next = behind.chars();
            let (first, second) = (next.next(), next.next());
            let goes_on = first == Some('.') && second.is_some_and(is_part);
            !before.chars().next_back().is_some_and(is_part)
                && !first.is_some_and(is_part)
                && !goes_on
                && fits(before, behind)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complaint::read_body;

    fn blamed(body: &str, sent: &[&str]) -> Option<String> {
        let sent: Vec<TargetPath> = sent.iter().map(|text| TargetPath::parse(text).unwrap()).collect();
        find_culprit(&read_body(body.as_bytes()), sent.iter(), TargetSchema::scim_user())
    }

    const SENT: &[&str] = &["userName", "name.givenName", "emails[type eq \"work\"].value", "title"];

    #[test]
    fn the_attribute_at_fault_is_the_longest_one_named() {
        for (detail, attribute) in [
            ("Attribute name.givenName is too long", Some("name.givenName")),
            ("emails.value: not an address", Some("emails[type eq \"work\"].value")),
            ("'username' must not contain @", Some("userName")),
            ("GIVEN_NAME is too long", Some("name.givenName")),
            ("Email can't be blank", Some("emails[type eq \"work\"].value")),
            ("entitled to nothing", None),
            ("this display is not active", None),
        ] {
            assert_eq!(blamed(detail, SENT).as_deref(), attribute, "{detail}");
        }
    }

    #[test]
    fn an_attribute_that_was_not_sent_is_blamed_when_the_target_names_it() {
        let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
        for (body, attribute) in [
            (r#"{"detail":"Required attribute name.familyName is missing"}"#, "name.familyName"),
            (r#"{"detail":"NAME.FAMILYNAME: required","scimType":"invalidValue"}"#, "name.familyName"),
            (r#"{"detail":"familyName is required"}"#, "name.familyName"),
            (r#"{"errors":[{"field":"familyName","message":"is required"}]}"#, "name.familyName"),
            (r#"{"errors":{"name":{"family_name":["This field is required."]}}}"#, "name.familyName"),
            (r#"{"errors":[{"source":{"pointer":"/name/familyName"},"detail":"blank"}]}"#, "name.familyName"),
            (r#"{"familyName":["This field may not be blank."]}"#, "name.familyName"),
            (r#"{"detail":"Missing required attributes: title, displayName"}"#, "displayName"),
            (r#"{"detail":"userName and name.familyName are required"}"#, "name.familyName"),
            (
                r#"{"detail":"'urn:ietf:params:scim:schemas:core:2.0:User:name.familyName' is missing"}"#,
                "name.familyName",
            ),
            (
                r#"{"detail":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department is required"}"#,
                department,
            ),
            (r#"{"errors":[{"attribute":"costCentre","message":"must be given"}]}"#, "costCentre"),
        ] {
            assert_eq!(blamed(body, SENT).as_deref(), Some(attribute), "{body}");
        }
    }
}
