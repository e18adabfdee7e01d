//! Sets of characters, as `[a-z-[aeiou]]`, `\w` and `\p{Lu}` name them in .NET.
use unicode_properties::GeneralCategory::{self, *};
use unicode_properties::UnicodeGeneralCategory as _;

/// A set of characters.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Class {
    pub(super) items: Vec<Item>,
    /// Everything but the items.
    pub(super) negated: bool,
    /// Upper and lower case count as the same.
    pub(super) folds: bool,
    /// What is taken away again: `[a-z-[aeiou]]`.
    pub(super) without: Option<Box<Class>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Range(char, char),
    Categories { list: &'static [GeneralCategory], negated: bool },
    WhiteSpace { negated: bool },
}

/// What `\w` stands for.
static WORD: &[GeneralCategory] = &[
    UppercaseLetter,
    LowercaseLetter,
    TitlecaseLetter,
    ModifierLetter,
    OtherLetter,
    NonspacingMark,
    DecimalNumber,
    ConnectorPunctuation,
];

/// The names that `\p{…}` knows.
static NAMED: &[(&str, &[GeneralCategory])] = &[
    ("L", &[UppercaseLetter, LowercaseLetter, TitlecaseLetter, ModifierLetter, OtherLetter]),
    ("Lu", &[UppercaseLetter]),
    ("Ll", &[LowercaseLetter]),
    ("Lt", &[TitlecaseLetter]),
    ("Lm", &[ModifierLetter]),
    ("Lo", &[OtherLetter]),
    ("M", &[NonspacingMark, SpacingMark, EnclosingMark]),
    ("Mn", &[NonspacingMark]),
    ("Mc", &[SpacingMark]),
    ("Me", &[EnclosingMark]),
    ("N", &[DecimalNumber, LetterNumber, OtherNumber]),
    ("Nd", &[DecimalNumber]),
    ("Nl", &[LetterNumber]),
    ("No", &[OtherNumber]),
    (
        "P",
        &[
            ConnectorPunctuation,
            DashPunctuation,
            OpenPunctuation,
            ClosePunctuation,
            InitialPunctuation,
            FinalPunctuation,
            OtherPunctuation,
        ],
    ),
    ("Pc", &[ConnectorPunctuation]),
    ("Pd", &[DashPunctuation]),
    ("Ps", &[OpenPunctuation]),
    ("Pe", &[ClosePunctuation]),
    ("Pi", &[InitialPunctuation]),
    ("Pf", &[FinalPunctuation]),
    ("Po", &[OtherPunctuation]),
    ("S", &[MathSymbol, CurrencySymbol, ModifierSymbol, OtherSymbol]),
    ("Sm", &[MathSymbol]),
    ("Sc", &[CurrencySymbol]),
    ("Sk", &[ModifierSymbol]),
    ("So", &[OtherSymbol]),
    ("Z", &[SpaceSeparator, LineSeparator, ParagraphSeparator]),
    ("Zs", &[SpaceSeparator]),
    ("Zl", &[LineSeparator]),
    ("Zp", &[ParagraphSeparator]),
    ("C", &[Control, Format, Surrogate, PrivateUse, Unassigned]),
    ("Cc", &[Control]),
    ("Cf", &[Format]),
    ("Cs", &[Surrogate]),
    ("Co", &[PrivateUse]),
    ("Cn", &[Unassigned]),
];

impl Class {
    /// The set that one of the letters d, D, s, S, w, W stands for after a backslash.
    pub(super) fn of_letter(letter: char) -> Option<Self> {
        let mut class = Self::default();
        class.add_letter(letter).then_some(class)
    }

    /// Any character, or any but the line feed.
    pub(super) fn of_dot(matches_line_feed: bool) -> Self {
        let items = if matches_line_feed { Vec::new() } else { vec![Item::Range('\n', '\n')] };
        Self { items, negated: true, ..Self::default() }
    }

    /// Adds what a letter after a backslash stands for; false when it stands for no set.
    pub(super) fn add_letter(&mut self, letter: char) -> bool {
        let negated = letter.is_ascii_uppercase();
        self.items.push(match letter {
            'd' | 'D' => Item::Categories { list: &[DecimalNumber], negated },
            'w' | 'W' => Item::Categories { list: WORD, negated },
            's' | 'S' => Item::WhiteSpace { negated },
            _ => return false,
        });
        true
    }

    /// Adds a category by its name (`Lu`, `L`); false when .NET has none of that name.
    pub(super) fn add_category(&mut self, name: &str, negated: bool) -> bool {
        let found = NAMED.iter().find(|(known, _)| *known == name);
        self.items.extend(found.map(|(_, list)| Item::Categories { list, negated }));
        found.is_some()
    }

    /// Adds a range, both ends included.
    pub(super) fn add_range(&mut self, first: char, last: char) {
        self.items.push(Item::Range(first, last));
    }

    /// How much one look into it costs, in steps.
    pub(super) fn cost(&self) -> u64 {
        // Looking up a category takes about as long as six steps, a range a fraction of one.
        let costs = self.items.iter().map(|item| if matches!(item, Item::Range(..)) { 1 } else { 24 });
        let own = costs.sum::<u64>() / 4 + 1;
        let folded = if self.folds { own.saturating_mul(3) } else { own };
        folded.saturating_add(self.without.as_ref().map_or(0, |without| without.cost()))
    }

    /// Whether a character is in it.
    pub(super) fn contains(&self, character: char) -> bool {
        let found = self.lists(character)
            || (self.folds
                && [fold(character), raise(character)]
                    .into_iter()
                    .any(|other| other != character && self.lists(other)));
        found != self.negated && !self.without.as_ref().is_some_and(|without| without.contains(character))
    }

    fn lists(&self, character: char) -> bool {
        self.items.iter().any(|item| match item {
            Item::Range(first, last) => (*first..=*last).contains(&character),
            Item::Categories { list, negated } => list.contains(&character.general_category()) != *negated,
            Item::WhiteSpace { negated } => character.is_whitespace() != *negated,
        })
    }
}

/// Whether `\b` counts a character as part of a word. Joiners count here, though not in `\w`.
pub(super) fn is_word(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == '_';
    }
    matches!(character, '\u{200C}' | '\u{200D}') || WORD.contains(&character.general_category())
}

/// The one lower case letter of a character, or itself.
pub(super) fn fold(character: char) -> char {
    only(character.to_lowercase(), character)
}

fn raise(character: char) -> char {
    only(character.to_uppercase(), character)
}

fn only(mut mapped: impl Iterator<Item = char>, otherwise: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        _ => otherwise,
    }
}
