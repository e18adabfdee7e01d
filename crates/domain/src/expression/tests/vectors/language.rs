//! The language itself, numbers, encodings, roles, and functions taken together.
use super::super::{Fails, Is, Json, Null, Vector};

const ROLES: &str = r#"{"appRoleAssignments": [{"id": "1", "value": "25", "displayName": "Role1234"}, {"id": "2", "value": "", "displayName": "Reader"}]}"#;
const DEFAULT_ACCESS: &str = r#"{"appRoleAssignments": [{"id": "00000000-0000-0000-0000-000000000000", "value": "", "displayName": "Default Access"}]}"#;

pub(super) const VECTORS: &[Vector] = &[
    (r#""""#, "{}", Is("")),
    ("[givenName]", "{}", Null),
    ("[extension_attribute.1]", r#"{"extension_attribute.1": "x"}"#, Is("x")),
    ("&HF", "{}", Is("15")),
    ("&hff", "{}", Is("255")),
    (" Trim (\n [ givenName ] )", r#"{"givenName": "John"}"#, Is("John")),
    (r#""t-" & [alias]"#, r#"{"alias": "jd"}"#, Is("t-jd")),
    (r#"[a]&[b]&"c""#, r#"{"a": "x"}"#, Is("xc")),
    (r#"[a] & [b]"#, "{}", Is("")),
    (r#"[a] & 5 & &HF"#, r#"{"a": true}"#, Is("True515")),
    (r#"[a] & "x""#, r#"{"a": ["1", "2"]}"#, Fails("2 values")),
    (r#"Left("ab" & [c], 3)"#, r#"{"c": "cd"}"#, Is("abc")),
    (r#"IIF("a" & "b" = "ab", "y", "n")"#, "{}", Is("y")),
    (r#"BitAnd("6", 3)"#, "{}", Is("2")),
    ("BitAnd([a], 3)", "{}", Null),
    ("BitAnd([a], 3)", r#"{"a": "x"}"#, Fails("\"x\" is no whole number")),
    ("BitAnd([a], 3)", r#"{"a": true}"#, Fails("\"True\" is no whole number")),
    ("BitAnd(9223372036854775807, -9223372036854775808)", "{}", Is("0")),
    ("ConvertToBase64([a])", r#"{"a": "😀"}"#, Is("PdgA3g==")),
    ("ConvertToBase64([a])", "{}", Null),
    ("ConvertToBase64([a])", r#"{"a": ""}"#, Is("")),
    (r#"ConvertToUTF8Hex("é😀")"#, "{}", Is("C3A9F09F9880")),
    ("ConvertToUTF8Hex([a])", "{}", Null),
    (r#"ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")"#, "{}", Is("Hello world!")),
    (r#"ConvertFromBase64("SGVsbG8gd29ybGQh", "ASCII")"#, "{}", Is("Hello world!")),
    (r#"ConvertFromBase64("PdgA3g==", Unicode)"#, "{}", Is("😀")),
    (r#"ConvertFromBase64("PdgA3g==", ASCII)"#, "{}", Fails("no text in ASCII")),
    (r#"ConvertFromBase64("Pdg=")"#, "{}", Fails("no text in Unicode")),
    (r#"ConvertFromBase64("AA==")"#, "{}", Fails("no text in Unicode")),
    (r#"ConvertFromBase64("not base64")"#, "{}", Fails("no base64")),
    (r#"ConvertFromBase64("SGVs bG8=", UTF8)"#, "{}", Is("Hello")),
    ("ConvertFromBase64([a])", "{}", Null),
    (
        r#"ConvertFromBase64("SGVsbG8=", [e])"#,
        r#"{"e": "utf8"}"#,
        Fails("\"utf8\" is not one of the words Unicode, ASCII, UTF8"),
    ),
    ("ConvertFromBase64(ConvertToBase64([a]))", r#"{"a": "Zoë 👩‍🚀"}"#, Is("Zoë 👩‍🚀")),
    ("SingleAppRoleAssignment([appRoleAssignments])", ROLES, Is("25")),
    ("SingleAppRoleAssignment([appRoleAssignments])", DEFAULT_ACCESS, Null),
    (
        "SingleAppRoleAssignment([appRoleAssignments])",
        r#"{"appRoleAssignments": "Admin"}"#,
        Fails("no list of roles"),
    ),
    ("AppRoleAssignments([appRoleAssignments])", ROLES, Json(r#"["Role1234", "Reader"]"#)),
    ("AppRoleAssignmentsComplex([appRoleAssignments])", DEFAULT_ACCESS, Null),
    (
        "AppRoleAssignmentsComplex([appRoleAssignments])",
        ROLES,
        Json(
            r#"[{"primary":false,"type":"WindowsAzureActiveDirectoryRole","displayName":"Role1234","value":"25"},{"primary":false,"type":"WindowsAzureActiveDirectoryRole","displayName":"Reader","value":"Reader"}]"#,
        ),
    ),
    (
        "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
        ROLES,
        Json(
            r#"[{"primary":false,"type":"WindowsAzureActiveDirectoryRole","display":"Role1234","value":"25"},{"primary":false,"type":"WindowsAzureActiveDirectoryRole","display":"Reader","value":"Reader"}]"#,
        ),
    ),
    ("SelectUniqueValue([a], [b])", r#"{"b": "x"}"#, Is("x")),
    ("SelectUniqueValue([a], [b])", "{}", Null),
    ("SelectUniqueValue([a], [b], )", r#"{"a": "", "b": "y"}"#, Is("y")),
];
