//! Lower and upper case, by the cultures in which they differ.
use super::error::shorten;
use icu_casemap::CaseMapper;
use icu_locale_core::LanguageIdentifier;
use icu_locale_core::Locale;

/// The rules by which letters change their case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Culture {
    /// `None` is the invariant culture.
    language: Option<LanguageIdentifier>,
}

/// A text that is no culture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no culture; write a language tag such as tr-TR, or nothing for the invariant culture")]
pub struct UnknownCulture(String);

impl Culture {
    /// What counts without a culture.
    pub(crate) const INVARIANT: Self = Self { language: None };

    /// Reads a language tag (RFC 4646, now BCP 47), such as `tr-TR`; the empty one is the invariant culture.
    ///
    /// Only Turkish, Azerbaijani and Lithuanian have rules of their own. Every other language has those of
    /// the invariant culture, as in .NET: no language takes accents away.
    pub fn parse(tag: &str) -> Result<Self, UnknownCulture> {
        if tag.is_empty() {
            return Ok(Self::INVARIANT);
        }
        let locale = Locale::try_from_str(tag).map_err(|_| UnknownCulture(shorten(tag)))?;
        let differs = ["tr", "az", "lt"].contains(&locale.id.language.as_str());
        Ok(Self { language: differs.then_some(locale.id) })
    }

    /// The text in lower case.
    #[must_use]
    pub fn to_lower(&self, text: &str) -> String {
        match &self.language {
            Some(language) => CaseMapper::new().lowercase_to_string(text, language).into_owned(),
            None => text.to_lowercase(),
        }
    }

    /// The text in upper case.
    #[must_use]
    pub fn to_upper(&self, text: &str) -> String {
        match &self.language {
            Some(language) => CaseMapper::new().uppercase_to_string(text, language).into_owned(),
            None => text.to_uppercase(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cultures_that_differ_do() {
        for (tag, text, lower, upper) in [
            ("", "Iı İi", "iı i\u{307}i", "II İI"),
            ("tr-TR", "Iı İi", "ıı ii", "II İİ"),
            ("tr", "ISPARTA", "ısparta", "ISPARTA"),
            ("az", "Iİ", "ıi", "Iİ"),
            ("az-Cyrl-AZ", "i", "i", "İ"),
            ("lt", "Ì", "i\u{307}\u{300}", "Ì"),
            ("lt-LT", "i\u{307}\u{300}", "i\u{307}\u{300}", "Ì"),
            ("en-US", "I", "i", "I"),
            ("EN-us", "I", "i", "I"),
            ("el-GR", "Ά", "ά", "Ά"),
            ("de", "Straße", "straße", "STRASSE"),
            ("", "ΟΔΟΣ", "οδος", "ΟΔΟΣ"),
            ("de-DE-u-co-phonebk", "Ä", "ä", "Ä"),
        ] {
            let culture = Culture::parse(tag).unwrap();
            let composed =
                |text: &str| unicode_normalization::UnicodeNormalization::nfc(text).collect::<String>();
            assert_eq!(culture.to_lower(text), lower, "{tag} lower of {text}");
            assert_eq!(composed(&culture.to_upper(text)), upper, "{tag} upper of {text}");
        }
    }

    #[test]
    fn nonsense_is_no_culture() {
        for tag in [" ", "x", "english!", "tr TR", "toolonglanguage", "1", "tr--TR"] {
            assert!(Culture::parse(tag).is_err(), "{tag}");
        }
    }
}
