//! What an expression can turn out to be, as far as its text tells: for checks before anybody is evaluated.
use super::{Expression, Node};
use crate::schema::AttributeType;
use crate::value::Value;

/// One of the results that an expression can have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum PossibleResult<'a> {
    /// The value of an attribute.
    Attribute(&'a str),
    /// Always the same value.
    Literal(&'a Value),
    /// The result of a function that always gives this type; the name is the function's.
    Typed(&'static str, AttributeType),
    /// The result of a function that gives several values.
    Several(&'static str),
}

/// Types of functions whose result depends on nothing.
const TYPED: &[(&[&str], AttributeType)] = &[
    (&["CBool", "IsNull", "IsNullOrEmpty", "IsPresent", "IsString", "Not"], AttributeType::Boolean),
    (&["BitAnd", "Count", "DateDiff", "InStr", "Len", "NumFromDate"], AttributeType::Integer),
    (&["CDate", "DateAdd", "DateFromNum", "Now"], AttributeType::DateTime),
];
const SEVERAL: &[&str] =
    &["AppRoleAssignments", "AppRoleAssignmentsComplex", "AssertiveAppRoleAssignmentsComplex", "Split"];

impl Expression {
    /// The results that it can have. Of a function whose result may be anything there is none.
    pub(crate) fn possible_results(&self) -> Vec<PossibleResult<'_>> {
        let mut results = Vec::new();
        collect_results(&self.root, &mut results);
        results
    }

    /// The functions that it calls, outermost first, with repetitions.
    pub(crate) fn functions(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        collect_functions(&self.root, &mut names);
        names
    }
}

fn collect_results<'a>(node: &'a Node, results: &mut Vec<PossibleResult<'a>>) {
    let (function, arguments) = match node {
        Node::Attribute(name) => return results.push(PossibleResult::Attribute(name)),
        Node::Literal(value) => return results.push(PossibleResult::Literal(value)),
        Node::Call(function, arguments) => (function.name, arguments),
    };
    let branches: Vec<usize> = match function {
        "IIF" => vec![1, 2],
        // Source, default, then pairs of key and value.
        "Switch" => std::iter::once(1).chain((3..arguments.len()).step_by(2)).collect(),
        "Coalesce" | "SelectUniqueValue" => (0..arguments.len()).collect(),
        "IgnoreFlowIfNullOrEmpty" | "Redact" => vec![0],
        _ => {
            if let Some((_, kind)) = TYPED.iter().find(|(names, _)| names.contains(&function)) {
                results.push(PossibleResult::Typed(function, *kind));
            } else if SEVERAL.contains(&function) {
                results.push(PossibleResult::Several(function));
            }
            return;
        }
    };
    let branches = branches.into_iter().filter_map(|at| arguments.get(at)).flatten();
    branches.for_each(|branch| collect_results(branch, results));
}

fn collect_functions(node: &Node, names: &mut Vec<&'static str>) {
    if let Node::Call(function, arguments) = node {
        names.push(function.name);
        arguments.iter().flatten().for_each(|argument| collect_functions(argument, names));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_those_of_all_branches() {
        let expression =
            Expression::parse("Switch([a], \"x\", \"1\", [b], \"2\", Not([c]), \"3\", Split([d], \",\"))")
                .unwrap();
        let text = Value::text("x");
        let expected = [
            PossibleResult::Literal(&text),
            PossibleResult::Attribute("b"),
            PossibleResult::Typed("Not", AttributeType::Boolean),
            PossibleResult::Several("Split"),
        ];
        assert_eq!(expression.possible_results(), expected);
        assert_eq!(expression.functions(), ["Switch", "Not", "Split"]);
        assert!(Expression::parse("Join(\"\", [a])").unwrap().possible_results().is_empty());
    }
}
