//! The roles that an object is assigned with. Shapes are those of the original's role mapping (see
//! [`crate::expression::roles`]).
use crate::expression::evaluate::{Answer, Call, answer, text};
use crate::expression::fault::Halt;
use crate::expression::function::{Function, PLAIN, Parameter, Type, example, required};
use crate::expression::roles::{RoleAssignment, RoleFlow};
use crate::value::Value;

const ROLES: &[Parameter] = &[required("[appRoleAssignments]", Type::Roles)];
const TWO: &str = r#"{"appRoleAssignments": [{"id": "06b07648-ecfe-589f-9d2f-6325724a46ee", "value": "Admin", "displayName": "Administrator"}, {"id": "06b07648-ecfe-599f-9d2f-6325724a46ee", "value": "User", "displayName": "User"}]}"#;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "AppRoleAssignments",
        parameters: ROLES,
        gives: Type::List,
        sentence: "Gives the names of the roles.",
        remark: "Default Access is no role.",
        examples: &[example("AppRoleAssignments([appRoleAssignments])", TWO, r#"["Administrator","User"]"#)],
        evaluate: |call| {
            let names = read_roles(call)?.into_iter().map(|role| Value::text(role.name())).collect();
            non_empty(names)
        },
        ..PLAIN
    },
    Function {
        name: "AppRoleAssignmentsComplex",
        parameters: ROLES,
        gives: Type::List,
        sentence: "Gives the roles with all their parts; roles that the target has besides stay.",
        remark: "Default Access is no role.",
        examples: &[example(
            "AppRoleAssignmentsComplex([appRoleAssignments])",
            TWO,
            r#"[{"primary":false,"type":"WindowsAzureActiveDirectoryRole","displayName":"Administrator","value":"Admin"},{"primary":false,"type":"WindowsAzureActiveDirectoryRole","displayName":"User","value":"User"}]"#,
        )],
        evaluate: |call| give_all(call, RoleFlow::Complex),
        ..PLAIN
    },
    Function {
        name: "AssertiveAppRoleAssignmentsComplex",
        parameters: ROLES,
        gives: Type::List,
        sentence: "Gives the roles with all their parts; every other role is taken away in the target.",
        remark: "Recommended over AppRoleAssignmentsComplex, which never takes a role away. Default Access is no role.",
        examples: &[example(
            "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
            TWO,
            r#"[{"primary":false,"type":"WindowsAzureActiveDirectoryRole","display":"Administrator","value":"Admin"},{"primary":false,"type":"WindowsAzureActiveDirectoryRole","display":"User","value":"User"}]"#,
        )],
        evaluate: |call| give_all(call, RoleFlow::Assertive),
        ..PLAIN
    },
    Function {
        name: "SingleAppRoleAssignment",
        parameters: ROLES,
        sentence: "Gives the value of one role, or its name when it has no value.",
        remark: "Of several roles it is the first; Default Access is none. Map it to a path such as roles[primary eq \"True\"].value.",
        examples: &[example("SingleAppRoleAssignment([appRoleAssignments])", TWO, "Admin")],
        evaluate: |call| match read_roles(call)?.into_iter().next() {
            Some(role) => text(role.into_value()),
            None => Ok(None),
        },
        ..PLAIN
    },
];

fn read_roles(call: &Call<'_, '_>) -> Result<Vec<RoleAssignment>, Halt> {
    let Some(value) = call.value(0)? else { return Ok(Vec::new()) };
    let items = match value.as_ref() {
        Value::List(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    let read = |item: &Value| {
        RoleAssignment::read(item).ok_or_else(|| {
            call.refuse(0, "it is no list of roles; each must be an object with id, value and displayName")
        })
    };
    let roles = items.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(roles.into_iter().filter(RoleAssignment::is_role).collect())
}

fn give_all<'a>(call: &Call<'_, 'a>, flow: RoleFlow) -> Answer<'a> {
    non_empty(read_roles(call)?.iter().map(|role| Value::Object(role.shape(flow))).collect())
}

/// No roles are no value, so that a default value can take their place.
fn non_empty<'a>(values: Vec<Value>) -> Answer<'a> {
    if values.is_empty() { Ok(None) } else { answer(Value::List(values)) }
}
