//! What a function of the language is: the form of an entry in the registry.
use super::evaluate::{Answer, Call};
use super::tree::Node;
use purser_dotnet::regex::Regex;

/// A function.
pub struct Function {
    /// Name, case-sensitive.
    pub name: &'static str,
    /// Parameters in their order.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub gives: Type,
    /// What it does, in a sentence.
    pub sentence: &'static str,
    /// What else there is to know, or nothing.
    pub remark: &'static str,
    /// How it is used; never empty.
    pub examples: &'static [Example],
    pub(super) evaluate: for<'e, 'a> fn(&Call<'e, 'a>) -> Answer<'a>,
    /// Rule over the arguments that the parameters can't express; the answer goes on after the name.
    pub(super) check: fn(&[Option<Node>]) -> Result<(), &'static str>,
    /// Makes something ready while parsing; a fault names the argument.
    pub(super) prepare: Option<Prepare>,
}

/// Makes something ready from the arguments of a call.
pub(super) type Prepare = fn(&[Option<Node>]) -> Result<Option<Prepared>, (usize, String)>;

/// What can be made ready while parsing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Prepared {
    /// A regular expression that is a literal.
    Pattern(Regex),
}

/// A parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Type,
    /// Whether it must be there.
    pub need: Need,
}

/// Whether a parameter must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Required,
    /// May be left empty.
    Optional,
    /// The last one; once or more often, each may be left empty.
    Repeated,
}

/// What a parameter takes or a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Anything.
    Any,
    /// Text; everything else reads as its text.
    Text,
    /// A whole number, or a text of digits.
    Number,
    /// True or False.
    Boolean,
    /// True or False, or a comparison.
    Condition,
    /// A date, or a text that is one.
    Date,
    /// Several values.
    List,
    /// `[appRoleAssignments]`.
    Roles,
    /// One of these words, without quotes.
    Word(&'static [&'static str]),
}

impl Type {
    /// Whether a parameter of this type can take what a function of that type gives.
    pub(super) fn takes(self, given: Self) -> bool {
        match (self, given) {
            (Self::Number, Self::Boolean | Self::Date | Self::List | Self::Roles)
            | (Self::Date, Self::Boolean | Self::Number | Self::List | Self::Roles)
            | (Self::Boolean | Self::Condition, Self::Date | Self::List | Self::Roles) => false,
            (Self::Roles, given) => given == Self::Roles,
            (Self::Word(_), _) => false,
            _ => true,
        }
    }

    /// The type in words, with its article.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Any => "a value".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Number => "a whole number".to_owned(),
            Self::Boolean => "True or False".to_owned(),
            Self::Condition => "a condition".to_owned(),
            Self::Date => "a date".to_owned(),
            Self::List => "several values".to_owned(),
            Self::Roles => "[appRoleAssignments]".to_owned(),
            Self::Word(words) => format!("one of the words {}", words.join(", ")),
        }
    }

    /// The type as the API names it.
    #[must_use]
    pub const fn graph_name(self) -> &'static str {
        match self {
            Self::Any | Self::Text | Self::List | Self::Word(_) => "String",
            Self::Number => "Integer",
            Self::Boolean | Self::Condition => "Boolean",
            Self::Date => "DateTime",
            Self::Roles => "Reference",
        }
    }
}

/// An expression with what it gives: documentation and test in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The expression.
    pub expression: &'static str,
    /// The attributes that it reads, as a JSON object.
    pub object: &'static str,
    /// What it gives.
    pub gives: Gives,
}

/// What an example gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// This, as it prints; a list as JSON.
    Value(&'static str),
    /// Nothing: the attribute has no value, or is left out.
    Nothing,
    /// It fails.
    Error,
    /// Something else each time, of this form.
    Varies(&'static str),
}

pub(super) const fn example(expression: &'static str, object: &'static str, gives: &'static str) -> Example {
    Example { expression, object, gives: Gives::Value(gives) }
}

pub(super) const fn example_of(expression: &'static str, object: &'static str, gives: Gives) -> Example {
    Example { expression, object, gives }
}

pub(super) const fn required(name: &'static str, kind: Type) -> Parameter {
    Parameter { name, kind, need: Need::Required }
}

pub(super) const fn optional(name: &'static str, kind: Type) -> Parameter {
    Parameter { name, kind, need: Need::Optional }
}

pub(super) const fn repeated(name: &'static str, kind: Type) -> Parameter {
    Parameter { name, kind, need: Need::Repeated }
}

/// What most functions have in common, to be completed by each entry.
pub(super) const PLAIN: Function = Function {
    name: "",
    parameters: &[],
    gives: Type::Text,
    sentence: "",
    remark: "",
    examples: &[],
    evaluate: |_| Ok(None),
    check: |_| Ok(()),
    prepare: None,
};

impl Function {
    /// The parameter at this position; the last one again for what a repeated one takes.
    #[must_use]
    pub fn parameter(&self, at: usize) -> Option<&Parameter> {
        let repeated = self.parameters.last().filter(|parameter| parameter.need == Need::Repeated);
        self.parameters.get(at).or(repeated)
    }

    /// How it is called: `Left(source, number of characters)`; optional parameters stand in brackets.
    #[must_use]
    pub fn signature(&self) -> String {
        let spell = |parameter: &Parameter| match parameter.need {
            Need::Required => parameter.name.to_owned(),
            Need::Optional => format!("[{}]", parameter.name),
            Need::Repeated => format!("{}, …", parameter.name),
        };
        let parameters: Vec<String> = self.parameters.iter().map(spell).collect();
        format!("{}({})", self.name, parameters.join(", "))
    }

    /// The first example's expression.
    #[must_use]
    pub fn usage(&self) -> &'static str {
        self.examples.first().map_or("", |example| example.expression)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
