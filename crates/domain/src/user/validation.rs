//! What a person must look like to be stored.
//!
//! Names are what people say they are: emoji, right-to-left text, quotes and HTML are welcome, and it is
//! the output's task to escape them. Refused is only what no target could take.
use super::attributes::UserAttributes;

/// A rule that a field breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The attribute's name.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

/// Every rule that the attributes break, in the order of the fields; empty when they can be stored.
#[must_use]
pub fn validate_user(attributes: &UserAttributes) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (attribute, value) in attributes.iter() {
        let label = attribute.label;
        let required = matches!(attribute.name, "userPrincipalName" | "displayName");
        let message = match value.map(str::trim) {
            None | Some("") if required => Some(format!("{label} is required.")),
            None => None,
            Some(_) => value
                .and_then(|value| find_fault(value, attribute.max_length, attribute.multiline))
                .map(|fault| format!("{label} {fault}")),
        };
        let message = message.or_else(|| match value {
            Some(value) if attribute.name == "userPrincipalName" && !is_principal_name(value) => {
                Some(format!(
                    "{label} must look like an e-mail address, for example kim@contoso.com, without spaces."
                ))
            }
            _ => None,
        });
        errors.extend(message.map(|message| FieldError { field: attribute.name, message }));
    }
    errors
}

fn find_fault(value: &str, max_length: usize, multiline: bool) -> Option<String> {
    if value.chars().any(|character| character.is_control() && !(multiline && "\r\n\t".contains(character))) {
        return Some("holds a control character, such as a tab or a line break; remove it.".to_owned());
    }
    let length = value.chars().count();
    (length > max_length)
        .then(|| format!("has {length} characters; at most {max_length} are possible. Shorten it."))
}

fn is_principal_name(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !value.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(user_principal_name: &str, display_name: &str) -> UserAttributes {
        UserAttributes {
            user_principal_name: Some(user_principal_name.to_owned()),
            display_name: Some(display_name.to_owned()),
            ..UserAttributes::default()
        }
    }

    fn fields(attributes: &UserAttributes) -> Vec<&'static str> {
        validate_user(attributes).into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_sign_in_name_and_a_display_name_are_required() {
        assert_eq!(fields(&UserAttributes::default()), ["userPrincipalName", "displayName"]);
        assert_eq!(fields(&person("  ", " ")), ["userPrincipalName", "displayName"]);
    }

    #[test]
    fn sign_in_names_look_like_addresses() {
        for good in ["kim@contoso.com", "o'brien@x", "zoë+test@münchen.example"] {
            assert!(fields(&person(good, "Kim")).is_empty(), "{good}");
        }
        for bad in ["kim", "@x", "kim@", "a@b@c", "kim smith@x"] {
            assert_eq!(fields(&person(bad, "Kim")), ["userPrincipalName"], "{bad}");
        }
    }

    #[test]
    fn names_may_hold_anything_that_can_be_written() {
        for name in
            ["O'Brien \"Bob\"", "<b>Kim</b>", "محمد", "👩‍🚀 Zoë", "李 小龍", "Robert'); DROP TABLE users;--"]
        {
            assert!(fields(&person("kim@contoso.com", name)).is_empty(), "{name}");
        }
    }

    #[test]
    fn values_that_are_too_long_or_hold_control_characters_are_refused() {
        let longest = "x".repeat(256);
        assert!(fields(&person("kim@contoso.com", &longest)).is_empty());
        assert_eq!(fields(&person("kim@contoso.com", &format!("{longest}x"))), ["displayName"]);
        assert_eq!(fields(&person("kim@contoso.com", "Kim\0")), ["displayName"]);
        let mut attributes = person("kim@contoso.com", "Kim");
        attributes.street_address = Some("1 Main Street\nSuite 2".to_owned());
        assert!(fields(&attributes).is_empty());
    }
}
