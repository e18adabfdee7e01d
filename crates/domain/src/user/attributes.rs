//! The list of text attributes.
use serde::{Deserialize, Serialize};

/// One text attribute.
#[derive(Debug, Clone, Copy)]
pub struct UserAttribute {
    /// Name in mappings, for example `givenName`.
    pub name: &'static str,
    /// Name in Graph, where it differs (`mobile` is Graph's `mobilePhone`); otherwise `name` again.
    pub graph_name: &'static str,
    /// Label on pages, for example *First name*.
    pub label: &'static str,
    /// Column in the store, and field of [`UserAttributes`].
    pub column: &'static str,
    /// Common spellings as a CSV header besides name, Graph's name and label; lower case, without
    /// spaces and punctuation.
    pub csv: &'static [&'static str],
    /// Longest value, in characters.
    pub max_length: usize,
    /// Line breaks are welcome in the value.
    pub multiline: bool,
    read: fn(&UserAttributes) -> Option<&str>,
    write: fn(&mut UserAttributes, Option<String>),
}

impl UserAttribute {
    /// The attribute with this name, or with this name in Graph.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        USER_ATTRIBUTES.iter().find(|attribute| attribute.name == name || attribute.graph_name == name)
    }

    /// The attribute that a CSV column with this header means: a name, Graph's name, the label or a
    /// common spelling, whatever their case, spaces and punctuation. A header such as
    /// `First name [givenName] Required`, as bulk templates have it, means what stands in the brackets.
    #[must_use]
    pub fn recognise(header: &str) -> Option<&'static Self> {
        let bracketed = header.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
        let wanted = fold(bracketed.map_or(header, |(name, _)| name));
        USER_ATTRIBUTES.iter().find(|attribute| {
            attribute.csv.contains(&wanted.as_str())
                || [attribute.name, attribute.graph_name, attribute.label]
                    .iter()
                    .any(|name| fold(name) == wanted)
        })
    }

    /// The person's value.
    #[must_use]
    pub fn read(self, attributes: &UserAttributes) -> Option<&str> {
        (self.read)(attributes)
    }

    /// Sets the person's value.
    pub fn write(self, attributes: &mut UserAttributes, value: Option<String>) {
        (self.write)(attributes, value);
    }
}

fn fold(header: &str) -> String {
    header.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A name that is no text attribute of a user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("users have no attribute \"{name}\"")]
pub struct UnknownAttribute {
    /// The name.
    pub name: String,
}

macro_rules! user_attributes {
    ($( $field:ident: $name:literal / $graph:literal, $label:literal, $max:literal, $multiline:literal, [$($csv:literal),*]; )+) => {
        /// The text attributes of a person. `None` means not set; the empty text is never stored.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct UserAttributes {
            $( #[doc = $label] #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<String>, )+
        }

        /// Every text attribute, in the order in which forms show them.
        pub static USER_ATTRIBUTES: &[UserAttribute] = &[
            $( UserAttribute {
                name: $name,
                graph_name: $graph,
                label: $label,
                column: stringify!($field),
                csv: &[$($csv),*],
                max_length: $max,
                multiline: $multiline,
                read: |attributes| attributes.$field.as_deref(),
                write: |attributes, value| attributes.$field = value,
            }, )+
        ];
    };
}

user_attributes! {
    user_principal_name: "userPrincipalName" / "userPrincipalName", "User principal name", 256, false, ["upn", "username", "login", "loginname", "signinname"];
    display_name: "displayName" / "displayName", "Display name", 256, false, ["name", "fullname"];
    given_name: "givenName" / "givenName", "First name", 128, false, ["forename"];
    surname: "surname" / "surname", "Last name", 128, false, ["familyname", "sn"];
    mail: "mail" / "mail", "Email", 320, false, ["emailaddress", "mailaddress", "primaryemail", "workemail"];
    mail_nickname: "mailNickname" / "mailNickname", "Mail nickname", 128, false, ["alias", "nickname"];
    job_title: "jobTitle" / "jobTitle", "Job title", 256, false, ["title", "position"];
    department: "department" / "department", "Department", 256, false, ["dept"];
    company_name: "companyName" / "companyName", "Company name", 256, false, ["company", "organization", "organisation"];
    employee_id: "employeeId" / "employeeId", "Employee ID", 128, false, ["employeenumber", "personnelnumber", "staffid"];
    employee_type: "employeeType" / "employeeType", "Employee type", 128, false, [];
    preferred_language: "preferredLanguage" / "preferredLanguage", "Preferred language", 64, false, ["language", "locale"];
    usage_location: "usageLocation" / "usageLocation", "Usage location", 64, false, [];
    physical_delivery_office_name: "physicalDeliveryOfficeName" / "officeLocation", "Office location", 256, false, ["office", "officename"];
    street_address: "streetAddress" / "streetAddress", "Street address", 1024, true, ["street", "address"];
    city: "city" / "city", "City", 128, false, ["town", "locality"];
    state: "state" / "state", "State or province", 128, false, ["province", "region", "stateprovince"];
    postal_code: "postalCode" / "postalCode", "ZIP or postal code", 64, false, ["zip", "zipcode", "postcode"];
    country: "country" / "country", "Country or region", 128, false, ["countryregion"];
    telephone_number: "telephoneNumber" / "businessPhones", "Business phone", 64, false, ["phone", "phonenumber", "telephone", "workphone", "officephone", "businessphone"];
    mobile: "mobile" / "mobilePhone", "Mobile phone", 64, false, ["cell", "cellphone", "mobilenumber"];
    facsimile_telephone_number: "facsimileTelephoneNumber" / "faxNumber", "Fax number", 64, false, ["fax"];
    extension_attribute1: "extensionAttribute1" / "extensionAttribute1", "Extension attribute 1", 1024, false, [];
    extension_attribute2: "extensionAttribute2" / "extensionAttribute2", "Extension attribute 2", 1024, false, [];
    extension_attribute3: "extensionAttribute3" / "extensionAttribute3", "Extension attribute 3", 1024, false, [];
    extension_attribute4: "extensionAttribute4" / "extensionAttribute4", "Extension attribute 4", 1024, false, [];
    extension_attribute5: "extensionAttribute5" / "extensionAttribute5", "Extension attribute 5", 1024, false, [];
    extension_attribute6: "extensionAttribute6" / "extensionAttribute6", "Extension attribute 6", 1024, false, [];
    extension_attribute7: "extensionAttribute7" / "extensionAttribute7", "Extension attribute 7", 1024, false, [];
    extension_attribute8: "extensionAttribute8" / "extensionAttribute8", "Extension attribute 8", 1024, false, [];
    extension_attribute9: "extensionAttribute9" / "extensionAttribute9", "Extension attribute 9", 1024, false, [];
    extension_attribute10: "extensionAttribute10" / "extensionAttribute10", "Extension attribute 10", 1024, false, [];
    extension_attribute11: "extensionAttribute11" / "extensionAttribute11", "Extension attribute 11", 1024, false, [];
    extension_attribute12: "extensionAttribute12" / "extensionAttribute12", "Extension attribute 12", 1024, false, [];
    extension_attribute13: "extensionAttribute13" / "extensionAttribute13", "Extension attribute 13", 1024, false, [];
    extension_attribute14: "extensionAttribute14" / "extensionAttribute14", "Extension attribute 14", 1024, false, [];
    extension_attribute15: "extensionAttribute15" / "extensionAttribute15", "Extension attribute 15", 1024, false, [];
}

impl UserAttributes {
    /// The value under this name or Graph's name; `None` when not set or not known.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        UserAttribute::find(name)?.read(self)
    }

    /// Sets (or, with `None` or the empty text, clears) the value under this name or Graph's name.
    pub fn set(&mut self, name: &str, value: Option<String>) -> Result<(), UnknownAttribute> {
        let attribute =
            UserAttribute::find(name).ok_or_else(|| UnknownAttribute { name: name.to_owned() })?;
        attribute.write(self, value.filter(|text| !text.is_empty()));
        Ok(())
    }

    /// Every attribute with its value, in the order of [`USER_ATTRIBUTES`].
    pub fn iter(&self) -> impl Iterator<Item = (&'static UserAttribute, Option<&str>)> {
        USER_ATTRIBUTES.iter().map(|attribute| (attribute, attribute.read(self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_reads_back_under_its_name_and_graphs_name() {
        for attribute in USER_ATTRIBUTES {
            let mut attributes = UserAttributes::default();
            attributes.set(attribute.graph_name, Some("x".to_owned())).unwrap();
            assert_eq!(attributes.get(attribute.name), Some("x"), "{}", attribute.name);
            assert_eq!(attributes.iter().filter(|(_, value)| value.is_some()).count(), 1);
            attributes.set(attribute.name, Some(String::new())).unwrap();
            assert_eq!(attributes, UserAttributes::default());
        }
        assert!(UserAttributes::default().set("shoeSize", None).is_err());
    }

    #[test]
    fn headers_are_recognised_in_their_common_spellings_and_never_mean_two_things() {
        for (header, name) in [
            ("First Name", "givenName"),
            ("first_name", "givenName"),
            ("E-Mail", "mail"),
            ("User name [userPrincipalName] Required", "userPrincipalName"),
            ("UPN", "userPrincipalName"),
            ("mobilePhone", "mobile"),
            ("ZIP code", "postalCode"),
            ("extensionAttribute15", "extensionAttribute15"),
        ] {
            assert_eq!(UserAttribute::recognise(header).map(|found| found.name), Some(name), "{header}");
        }
        assert!(UserAttribute::recognise("").is_none());
        for attribute in USER_ATTRIBUTES {
            let mut spellings: Vec<String> = attribute.csv.iter().map(|text| (*text).to_owned()).collect();
            spellings.extend([attribute.name, attribute.graph_name, attribute.label].map(fold));
            for spelling in spellings {
                let found = UserAttribute::recognise(&spelling).map(|found| found.name);
                assert_eq!(found, Some(attribute.name), "{spelling}");
            }
        }
    }
}
