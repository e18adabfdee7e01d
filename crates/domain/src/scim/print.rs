//! The canonical spelling: single spaces, operators in lower case, brackets only where they are needed.
use super::{AttributePath, Filter, Literal, Path};
use std::fmt::{self, Display, Formatter, Write};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Compare { path, operator, value } => write!(f, "{path} {operator} {value}"),
            Self::Element { attribute, filter } => write!(f, "{attribute}[{filter}]"),
            Self::And(all) => join(f, all, " and ", |part| matches!(part, Self::And(_) | Self::Or(_))),
            Self::Or(any) => join(f, any, " or ", |part| matches!(part, Self::Or(_))),
            Self::Not(inner) => write!(f, "not ({inner})"),
        }
    }
}

fn join(
    f: &mut Formatter<'_>,
    parts: &[Filter],
    word: &str,
    needs_brackets: impl Fn(&Filter) -> bool,
) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(word)?;
        }
        if needs_brackets(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(element) = &self.element else { return self.attribute.fmt(f) };
        write_name(f, &self.attribute)?;
        write!(f, "[{element}]")?;
        write_sub(f, &self.attribute)
    }
}

impl Display for AttributePath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_name(f, self)?;
        write_sub(f, self)
    }
}

fn write_name(f: &mut Formatter<'_>, attribute: &AttributePath) -> fmt::Result {
    if let Some(schema) = &attribute.schema {
        write!(f, "{schema}:")?;
    }
    f.write_str(&attribute.name)
}

fn write_sub(f: &mut Formatter<'_>, attribute: &AttributePath) -> fmt::Result {
    match &attribute.sub {
        Some(sub) => write!(f, ".{sub}"),
        None => Ok(()),
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write_text(f, text),
            Self::Boolean(boolean) => write!(f, "{boolean}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Null => f.write_str("null"),
        }
    }
}

/// A JSON string (RFC 8259, section 7): quotes, backslashes and control characters are escaped.
fn write_text(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(f, "\\{character}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            control if u32::from(control) < 0x20 => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}
