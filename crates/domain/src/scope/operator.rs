//! The one registry of operators: what compiles clauses, what the API lists, what the documentation page
//! shows and what the tests run.
//!
//! To add an operator: 1. a word in [`Operator`]; 2. an entry in [`OPERATORS`], with examples. Where it asks
//! something new of a value, also a [`Test`].
use super::condition::{Bound, Condition, Test, read_bound, read_integer, strip_lead};
use super::source::{MEMBER_OF, SourceAttribute};
use super::{Operator, ScopingFilter};
use crate::attribute::AttributeType::{self, Binary, Boolean, DateTime, Integer, Reference, String as Text};
use crate::value::read_boolean;
use crate::vocabulary;
use purser_dotnet::regex::Regex;
use serde_json::json;
use uuid::Uuid;

vocabulary! {
    /// How many operands an operator has: the attribute alone, or the attribute and a value.
    pub enum Arity {
        /// The attribute alone.
        Unary = "Unary",
        /// The attribute and a value.
        Binary = "Binary",
    }
}

vocabulary! {
    /// How many values of an attribute with several must be as the operator says.
    pub enum MultivaluedComparison {
        /// Each of them.
        All = "All",
        /// At least one.
        Any = "Any",
    }
}

/// An operator with its description.
pub struct OperatorDefinition {
    /// The operator; its word is the label.
    pub operator: Operator,
    /// How many operands it has.
    pub arity: Arity,
    /// How many values of an attribute with several must be as it says.
    pub multivalued: MultivaluedComparison,
    /// The types of attributes that it can be used with.
    pub types: &'static [AttributeType],
    /// When a clause with it is true, in a sentence.
    pub sentence: &'static str,
    /// What it says of an attribute without a value.
    pub on_null: bool,
    /// How it is used; run as tests.
    pub examples: &'static [FilterExample],
    /// Makes the condition of a clause, or says what is wrong with its values.
    pub(super) build: fn(&Operands<'_>) -> Result<Condition, String>,
}

/// One use of an operator.
#[derive(Debug, Clone, Copy)]
pub struct FilterExample {
    /// The attribute.
    pub attribute: &'static str,
    /// The object's values, as texts; none means the attribute is empty.
    pub object: &'static [&'static str],
    /// The clause's values.
    pub values: &'static [&'static str],
    /// Whether the clause is true.
    pub holds: bool,
}

/// What a condition is made from.
pub(super) struct Operands<'a> {
    pub(super) attribute: SourceAttribute,
    /// For a binary operator at least one, and none is empty.
    pub(super) values: &'a [String],
    /// How many steps each pattern may take for one object.
    pub(super) steps: u64,
}

impl OperatorDefinition {
    /// The definition of an operator.
    #[must_use]
    pub fn find(operator: Operator) -> Option<&'static Self> {
        OPERATORS.iter().find(|definition| definition.operator == operator)
    }

    /// The operator as Graph describes one: a `filterOperatorSchema`.
    #[must_use]
    pub fn to_graph(&self) -> serde_json::Value {
        json!({
            "name": self.operator,
            "arity": self.arity,
            "multivaluedComparisonType": self.multivalued,
            "supportedAttributeTypes": self.types,
        })
    }
}

impl std::fmt::Debug for OperatorDefinition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.operator.as_str())
    }
}

impl Operands<'_> {
    /// The values as whole texts. Ids are brought into the form in which they print.
    fn texts(&self) -> Result<Vec<String>, String> {
        self.each(|value| {
            if self.attribute.is_id {
                let id = Uuid::try_parse(value).map_err(|_| {
                    format!("{} holds ids, but \"{}\" is no id.", self.attribute.name, short(value))
                })?;
                return Ok(id.to_string());
            }
            if self.attribute.kind == Boolean && read_boolean(value).is_none() {
                return Err(format!(
                    "{} is True or False, so it can't be compared with \"{}\".",
                    self.attribute.name,
                    short(value)
                ));
            }
            Ok(value.to_owned())
        })
    }

    /// The values as parts of texts; ids are written in lower case.
    fn parts(&self) -> Vec<String> {
        let is_id = self.attribute.is_id;
        let parts = self.values.iter();
        parts.map(|value| if is_id { value.to_ascii_lowercase() } else { value.clone() }).collect()
    }

    fn patterns(&self) -> Result<Test, String> {
        let patterns = self.each(|value| {
            // The whole pattern is read too, so that positions in an error are those of what was typed.
            let regex = Regex::parse(value).and_then(|_| Regex::parse(strip_lead(value)));
            regex.map_err(|error| format!("The pattern \"{}\" is invalid: {error}", short(value)))
        })?;
        let count = u64::try_from(patterns.len()).unwrap_or(u64::MAX);
        Ok(Test::Matches { patterns, steps: self.steps.saturating_mul(count) })
    }

    fn bounds(&self) -> Result<Vec<Bound>, String> {
        self.each(|value| {
            read_bound(value).ok_or_else(|| {
                format!(
                    "The filter is invalid: \"{}\" is neither a whole number of up to 18 digits nor a date such as \
                     2026-03-01 or 2026-03-01T08:30:00Z.",
                    short(value)
                )
            })
        })
    }

    fn bits(&self) -> Result<Vec<i64>, String> {
        self.each(|value| match read_integer(value) {
            Some(0) => Err("0 has no bits to test.".to_owned()),
            Some(bits) => Ok(bits),
            None => Err(format!(
                "The filter is invalid: \"{}\" is not a whole number of up to 18 digits.",
                short(value)
            )),
        })
    }

    fn groups(&self) -> Result<Vec<String>, String> {
        if self.attribute.name != MEMBER_OF {
            return Err(format!("IsMemberOf asks about groups, so its attribute must be {MEMBER_OF}."));
        }
        self.texts()
    }

    fn each<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
        self.values.iter().map(|value| read(value)).collect()
    }
}

fn short(value: &str) -> String {
    ScopingFilter::shorten(value)
}

const fn example(
    attribute: &'static str,
    object: &'static [&'static str],
    values: &'static [&'static str],
    holds: bool,
) -> FilterExample {
    FilterExample { attribute, object, values, holds }
}

const EVERY_TYPE: &[AttributeType] = &[Text, Integer, Boolean, Reference, Binary, DateTime];
const COMPARED: &[AttributeType] = &[Text, Integer, Boolean, Reference];
const TEXTS: &[AttributeType] = &[Text, Integer, Reference];

const ENGINEERING: &str = "0193c0de-0000-7000-8000-00000000000a";
const SALES: &str = "0193c0de-0000-7000-8000-00000000000b";

/// What most operators have in common, to be completed by each entry.
const PLAIN: OperatorDefinition = OperatorDefinition {
    operator: Operator::Equals,
    arity: Arity::Binary,
    multivalued: MultivaluedComparison::Any,
    types: TEXTS,
    sentence: "",
    on_null: false,
    examples: &[],
    build: |_| Ok(Condition::HasNone),
};

/// Every operator, in the order of [`Operator`].
pub static OPERATORS: &[OperatorDefinition] = &[
    OperatorDefinition {
        operator: Operator::Equals,
        types: COMPARED,
        sentence: "The attribute is exactly the value, with regard to case.",
        examples: &[
            example("department", &["Sales"], &["Sales"], true),
            example("department", &["sales"], &["Sales"], false),
            example("department", &["Sales"], &["Marketing", "Sales"], true),
            example("accountEnabled", &["True"], &["true"], true),
            example("memberOf", &[SALES, ENGINEERING], &[ENGINEERING], true),
        ],
        build: |operands| Ok(Condition::Any(Test::Equals(operands.texts()?))),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::NotEquals,
        multivalued: MultivaluedComparison::All,
        types: COMPARED,
        sentence: "The attribute has a value that is not exactly the value, with regard to case.",
        examples: &[
            example("department", &["sales"], &["Sales"], true),
            example("department", &["Sales"], &["Sales"], false),
            example("department", &["Sales"], &["Marketing", "Sales"], false),
            example("memberOf", &[SALES, ENGINEERING], &[ENGINEERING], false),
        ],
        build: |operands| Ok(Condition::NoneOf(Test::Equals(operands.texts()?))),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::IsTrue,
        arity: Arity::Unary,
        types: &[Boolean, Text],
        sentence: "The attribute is true, or the text True in any case.",
        examples: &[
            example("accountEnabled", &["True"], &[], true),
            example("extensionAttribute1", &["tRUE"], &[], true),
            example("extensionAttribute1", &["yes"], &[], false),
        ],
        build: |_| Ok(Condition::Any(Test::IsBoolean(true))),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::IsFalse,
        arity: Arity::Unary,
        types: &[Boolean, Text],
        sentence: "The attribute is false, or the text False in any case.",
        examples: &[
            example("accountEnabled", &["False"], &[], true),
            example("extensionAttribute1", &["false"], &[], true),
            example("extensionAttribute1", &["no"], &[], false),
        ],
        build: |_| Ok(Condition::Any(Test::IsBoolean(false))),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::IsNull,
        arity: Arity::Unary,
        multivalued: MultivaluedComparison::All,
        types: EVERY_TYPE,
        sentence: "The attribute has no value, or only empty ones.",
        on_null: true,
        examples: &[
            example("department", &["Sales"], &[], false),
            example("memberOf", &[], &[], true),
            example("memberOf", &[SALES], &[], false),
        ],
        build: |_| Ok(Condition::HasNone),
    },
    OperatorDefinition {
        operator: Operator::IsNotNull,
        arity: Arity::Unary,
        types: EVERY_TYPE,
        sentence: "The attribute has a value that is not empty.",
        examples: &[example("department", &["Sales"], &[], true), example("memberOf", &[SALES], &[], true)],
        build: |_| Ok(Condition::HasSome),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::RegexMatch,
        sentence: "The pattern, a .NET regular expression with regard to case, is found anywhere in the attribute.",
        examples: &[
            example("userPrincipalName", &["kim@domain.com"], &[r".*\@domain.com"], true),
            example("userPrincipalName", &["kim@other.com"], &[r".*\@domain.com"], false),
            example("employeeId", &["room 42b"], &["([1-9][0-9])"], true),
            example("employeeId", &["1234567"], &["(1[0-9][0-9][0-9][0-9][0-9][0-9])"], true),
            example("employeeId", &["2234567"], &["^(1[0-9][0-9][0-9][0-9][0-9][0-9])$"], false),
        ],
        build: |operands| Ok(Condition::Any(operands.patterns()?)),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::NotRegexMatch,
        multivalued: MultivaluedComparison::All,
        sentence: "The attribute has a value in which the pattern is found nowhere.",
        examples: &[
            example("userPrincipalName", &["kim@other.com"], &[r".*\@domain.com"], true),
            example("userPrincipalName", &["kim@domain.com"], &[r".*\@domain.com"], false),
        ],
        build: |operands| Ok(Condition::NoneOf(operands.patterns()?)),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::GreaterThan,
        types: &[Integer, Text, DateTime],
        sentence: "The attribute and the value are both whole numbers, or both dates, and the attribute is the greater.",
        examples: &[
            example("employeeId", &["1000001"], &["1000000"], true),
            example("employeeId", &["1000000"], &["1000000"], false),
            example("employeeId", &["9"], &["10"], false),
            example("employeeId", &["E-1000001"], &["1000000"], false),
            example("extensionAttribute1", &["2026-03-01T08:30:00Z"], &["2026-03-01"], true),
        ],
        build: |operands| Ok(Condition::Any(Test::Above { bounds: operands.bounds()?, inclusive: false })),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::GreaterThanOrEquals,
        types: &[Integer, Text, DateTime],
        sentence: "The same as Greater_Than, and true too when the two are equal.",
        examples: &[
            example("employeeId", &["1000000"], &["1000000"], true),
            example("employeeId", &["-5"], &["-4"], false),
            example("extensionAttribute1", &["2026-03-01T00:00:00Z"], &["2026-03-01"], true),
        ],
        build: |operands| Ok(Condition::Any(Test::Above { bounds: operands.bounds()?, inclusive: true })),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::Includes,
        sentence: "The attribute contains the value, with regard to case.",
        examples: &[
            example("jobTitle", &["Senior Engineer"], &["Engineer"], true),
            example("jobTitle", &["Senior engineer"], &["Engineer"], false),
        ],
        build: |operands| Ok(Condition::Any(Test::Includes(operands.parts()))),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::EndsWith,
        sentence: "The attribute ends with the value, with regard to case.",
        examples: &[
            example("mail", &["kim@contoso.com"], &["@contoso.com"], true),
            example("mail", &["kim@contoso.com.example"], &["@contoso.com"], false),
        ],
        build: |operands| Ok(Condition::Any(Test::EndsWith(operands.parts()))),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::BitAnd,
        types: &[Integer, Text],
        sentence: "The attribute is a whole number in which all bits of the value, a whole number, are set.",
        examples: &[
            example("extensionAttribute1", &["514"], &["2"], true),
            example("extensionAttribute1", &["512"], &["2"], false),
            example("extensionAttribute1", &["514"], &["3"], false),
        ],
        build: |operands| Ok(Condition::Any(Test::HasBits(operands.bits()?))),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::NotBitAnd,
        multivalued: MultivaluedComparison::All,
        types: &[Integer, Text],
        sentence: "The attribute has a value in which not all bits of the value, a whole number, are set.",
        examples: &[
            example("extensionAttribute1", &["512"], &["2"], true),
            example("extensionAttribute1", &["514"], &["2"], false),
            example("extensionAttribute1", &["none"], &["2"], true),
        ],
        build: |operands| Ok(Condition::NoneOf(Test::HasBits(operands.bits()?))),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::IsMemberOf,
        types: &[Reference],
        sentence: "The person is a direct member of the group with this id.",
        examples: &[
            example("memberOf", &[SALES, ENGINEERING], &[SALES], true),
            example("memberOf", &[ENGINEERING], &[SALES], false),
        ],
        build: |operands| Ok(Condition::Any(Test::Equals(operands.groups()?))),
        ..PLAIN
    },
    OperatorDefinition {
        operator: Operator::Present,
        arity: Arity::Unary,
        types: EVERY_TYPE,
        sentence: "The same as IS NOT NULL.",
        examples: &[example("department", &["Sales"], &[], true)],
        build: |_| Ok(Condition::HasSome),
        ..PLAIN
    },
];
