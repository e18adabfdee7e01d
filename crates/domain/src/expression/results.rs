//! What an expression can turn out to be, as far as its text tells: for checks before it is evaluated for an object.
use super::Expression;
use super::function::Type;
use super::tree::{Kind, Node};
use crate::attribute::AttributeType;
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
        self.root.visit(&mut |node| names.extend(node.as_call().map(|call| call.function.name)));
        names
    }
}

fn collect_results<'a>(node: &'a Node, results: &mut Vec<PossibleResult<'a>>) {
    let call = match &node.kind {
        Kind::Attribute(name) => return results.push(PossibleResult::Attribute(name)),
        Kind::Literal(value) => return results.push(PossibleResult::Literal(value)),
        Kind::Call(call) => call,
        Kind::Word(_) | Kind::Compare(..) | Kind::Concat(_) => return,
    };
    let name = call.function.name;
    let branches: Vec<usize> = match name {
        "IIF" => vec![1, 2],
        // Source, default, then pairs of key and value.
        "Switch" => std::iter::once(1).chain((3..call.arguments.len()).step_by(2)).collect(),
        "Coalesce" | "SelectUniqueValue" => (0..call.arguments.len()).collect(),
        "IgnoreFlowIfNullOrEmpty" | "Redact" => vec![0],
        _ => {
            return results.extend(match call.function.gives {
                Type::Boolean | Type::Condition => Some(PossibleResult::Typed(name, AttributeType::Boolean)),
                Type::Number => Some(PossibleResult::Typed(name, AttributeType::Integer)),
                Type::Date => Some(PossibleResult::Typed(name, AttributeType::DateTime)),
                Type::List => Some(PossibleResult::Several(name)),
                Type::Any | Type::Text | Type::Roles | Type::Word(_) => None,
            });
        }
    };
    let branches = branches.into_iter().filter_map(|at| call.arguments.get(at)).flatten();
    branches.for_each(|branch| collect_results(branch, results));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_those_of_all_branches() {
        let expression =
            Expression::parse("Switch([a], \"x\", \"1\", [b], \"2\", Not([c]), \"3\", Join(\",\", [d]))")
                .unwrap();
        let text = Value::text("x");
        let expected = [
            PossibleResult::Literal(&text),
            PossibleResult::Attribute("b"),
            PossibleResult::Typed("Not", AttributeType::Boolean),
        ];
        assert_eq!(expression.possible_results(), expected);
        assert_eq!(expression.functions(), ["Switch", "Not", "Join"]);
        assert!(Expression::parse("Join(\"\", [a])").unwrap().possible_results().is_empty());
    }
}
