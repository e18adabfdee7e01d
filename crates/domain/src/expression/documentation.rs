//! The page about the language, written from the registry.
use super::{Example, Function, Gives, MAX_DEPTH, MAX_LENGTH, MAX_RESULT, MAX_STEPS, Need, functions};
use std::fmt::Write;

/// The page, in Markdown. It is `docs/expressions.md`; `cargo xtask docs` writes it.
#[must_use]
pub fn render() -> String {
    let mut page = format!(
        r#"# Expressions

This page is written by `cargo xtask docs` from the registry that the evaluator itself reads; every example is a test.

A row of an attribute mapping may take its value from an expression. An expression is a call of a function, and calls may be nested:

```text
Join("@", NormalizeDiacritics(Append(Left([givenName], 1), [surname])), "contoso.com")
```

| What | How |
| --- | --- |
| An attribute of the source | `[givenName]`; names are case-sensitive |
| A text | `"text"`; a quote inside is `\"`, a backslash `\\` |
| A whole number | `3`, `-10`, and in base 16 `&HF7` |
| A word | `vbTextCompare`, `UTF8`: only where a function asks for one; `IgnoreAttributeFlow` and `IgnoreObjectFlow` stand wherever a value may |
| An argument that is left out | an empty position: `Switch([x], , "a", "b")`; empty positions at the end may be left out, too |
| A comparison | `=`, `<>`, `>`, `>=`, `<`, `<=`, only as the condition of `IIF` or `CBool` |
| Joined texts | `"t-" & [alias]` |

- **Types.** Values are texts, whole numbers, True and False, dates, lists and, for roles, objects. Everything can be read as text: True and False as `True` and `False`, dates as `M/d/yyyy h:mm:ss tt` in UTC.
- **No value.** An attribute that is not set has no value. Most functions then give no value either, and a row without a value is not exported: its default value is written on creation, and what the target has stays, unless the row's clear flow is on.
- **Comparing.** A comparison with a missing or empty value never holds. Two whole numbers compare as numbers if one of them is not a text (for an order: if both read as numbers), two dates as dates, and everything else as text, with regard to case.
- **Counting.** Positions count from 1; lengths and positions count characters.
- **Same input, same value.** Only `Now`, `Guid`, `RandomString` and `SelectUniqueValue` depend on more than the object. Values of `Guid` and `RandomString` are written once and then stay.
- **Bounds.** A text of {MAX_LENGTH} characters, calls nested {MAX_DEPTH} deep, results of {MAX_RESULT} bytes, {MAX_STEPS} steps an evaluation (a step is a part of the expression, or 64 bytes that a function handles).

To try one: the expression builder in the portal, or `purser eval 'Left([surname], 3)' --object person.json`.

## Functions

"#
    );
    for function in functions() {
        render_function(&mut page, function);
    }
    let end = page.trim_end().len();
    page.truncate(end);
    page.push('\n');
    page
}

fn render_function(page: &mut String, function: &Function) {
    // Writing to a text can't fail.
    let _ = writeln!(page, "### {}\n\n`{}`\n", function.name, function.signature());
    let remark = if function.remark.is_empty() { String::new() } else { format!(" {}", function.remark) };
    let _ = writeln!(page, "{}{remark}\n", function.sentence);
    if !function.parameters.is_empty() {
        page.push_str("| parameter | takes | |\n| --- | --- | --- |\n");
        for parameter in function.parameters {
            let need = match parameter.need {
                Need::Required => "required",
                Need::Optional => "optional",
                Need::Repeated => "once or more often",
            };
            let _ = writeln!(page, "| {} | {} | {need} |", parameter.name, parameter.kind.describe());
        }
        page.push('\n');
    }
    page.push_str("```text\n");
    for example in function.examples {
        page.push_str(&render_example(example));
    }
    page.push_str("```\n\n");
}

fn render_example(example: &Example) -> String {
    let gives = match example.gives {
        Gives::Value(value) => format!("→ {value}"),
        Gives::Nothing => "→ no value".to_owned(),
        Gives::Error => "→ an error".to_owned(),
        Gives::Varies(form) => format!("→ {form}"),
    };
    let with = match example.object {
        "{}" => String::new(),
        object => format!("    with {object}\n"),
    };
    format!("{}\n{with}    {gives}\n", example.expression)
}
