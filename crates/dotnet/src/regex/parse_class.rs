//! Sets in brackets, and escapes for one character.
use super::class::{Class, is_word};
use super::error::PatternError;
use super::parse::{Parser, fault_at};

impl Parser {
    /// After `[`: everything up to the `]` that closes it.
    pub(super) fn parse_class(&mut self) -> Result<Class, PatternError> {
        self.descend()?;
        let mut class = Class { negated: self.take("^"), ..Class::default() };
        let mut is_first = true;
        loop {
            let Some(character) = self.next() else { return Err(self.fault("a set is not closed by `]`")) };
            match character {
                ']' if !is_first => break,
                '-' if !is_first && self.peek() == Some('[') => {
                    self.parse_subtraction(&mut class)?;
                    break;
                }
                '\\' if self.peek().is_some_and(|letter| class.add_letter(letter)) => self.skip(),
                '\\' if matches!(self.peek(), Some('p' | 'P')) => self.parse_category(&mut class)?,
                character => {
                    let first = if character == '\\' { self.parse_set_escape()? } else { character };
                    if self.parse_range(&mut class, first)? {
                        break;
                    }
                }
            }
            is_first = false;
        }
        self.ascend();
        Ok(class)
    }

    /// A range that starts with `first`, or that character alone. True when a subtraction closed the set.
    fn parse_range(&mut self, class: &mut Class, first: char) -> Result<bool, PatternError> {
        let is_range = self.peek() == Some('-') && self.peek_at(1).is_some_and(|next| next != ']');
        if !is_range {
            class.add_range(first, first);
            return Ok(false);
        }
        let start = self.position();
        self.skip();
        if self.peek() == Some('[') {
            class.add_range(first, first);
            self.parse_subtraction(class)?;
            return Ok(true);
        }
        let last = match self.next() {
            Some('\\') if matches!(self.peek(), Some('d' | 'D' | 's' | 'S' | 'w' | 'W' | 'p' | 'P')) => {
                return Err(fault_at(start, "a range ends in a set instead of a character"));
            }
            Some('\\') => self.parse_set_escape()?,
            Some(character) => character,
            None => return Err(self.fault("a set is not closed by `]`")),
        };
        if last < first {
            return Err(fault_at(start, format!("the range `{first}-{last}` is in reverse order")));
        }
        class.add_range(first, last);
        Ok(false)
    }

    /// At `[` after `-`: the set that is taken away, and the `]` that must follow.
    fn parse_subtraction(&mut self, class: &mut Class) -> Result<(), PatternError> {
        self.skip();
        class.without = Some(Box::new(self.parse_class()?));
        if self.take("]") {
            return Ok(());
        }
        Err(self.fault("a set that is taken away must be the last thing in its set"))
    }

    fn skip(&mut self) {
        let _ = self.next();
    }

    /// At the `p` or `P` after a backslash.
    pub(super) fn parse_category(&mut self, class: &mut Class) -> Result<(), PatternError> {
        let start = self.position();
        let negated = self.next() == Some('P');
        let mut name = String::new();
        let opened = self.take("{");
        while let Some(character) = self.peek().filter(|character| opened && *character != '}') {
            name.push(character);
            self.skip();
        }
        if !opened || !self.take("}") {
            return Err(fault_at(start, "a category is written in braces: `\\p{Lu}`"));
        }
        if class.add_category(&name, negated) {
            return Ok(());
        }
        let shown: String = name.chars().take(40).collect();
        Err(fault_at(
            start,
            format!("`\\p{{{shown}}}` is not supported: only general categories such as L, Lu, Nd or P are"),
        ))
    }

    /// After a backslash in a set: as elsewhere, but `\b` is the backspace.
    fn parse_set_escape(&mut self) -> Result<char, PatternError> {
        if self.take("b") {
            return Ok('\u{8}');
        }
        self.parse_character_escape()
    }

    /// After a backslash: an escape that stands for one character.
    pub(super) fn parse_character_escape(&mut self) -> Result<char, PatternError> {
        let start = self.position();
        let Some(letter) = self.next() else { return Err(self.fault("a backslash ends the pattern")) };
        Ok(match letter {
            'a' => '\u{7}',
            'e' => '\u{1B}',
            'f' => '\u{C}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{B}',
            'x' => self.parse_hexadecimal(2)?,
            'u' => self.parse_hexadecimal(4)?,
            'c' => {
                let control = self.next().map(|letter| letter.to_ascii_uppercase());
                let number = control.and_then(|letter| u32::from(letter).checked_sub(u32::from('@')));
                number
                    .filter(|number| *number < 32)
                    .and_then(char::from_u32)
                    .ok_or_else(|| fault_at(start, "`\\c` needs a letter: `\\cA`"))?
            }
            '0'..='7' => {
                let mut number = u32::from(letter) - u32::from('0');
                for _ in 0..2 {
                    let Some(digit) = self.peek().and_then(|digit| digit.to_digit(8)) else { break };
                    number = number * 8 + digit;
                    self.skip();
                }
                // As .NET: only the lower eight bits count.
                char::from_u32(number & 0xFF).unwrap_or_default()
            }
            letter if is_word(letter) => {
                return Err(fault_at(start, format!("`\\{letter}` is no escape that .NET knows")));
            }
            letter => letter,
        })
    }

    fn parse_hexadecimal(&mut self, length: usize) -> Result<char, PatternError> {
        let start = self.position();
        let mut number = 0;
        for _ in 0..length {
            let digit = self.next().and_then(|digit| digit.to_digit(16));
            number = number * 16
                + digit
                    .ok_or_else(|| fault_at(start, format!("{length} hexadecimal digits were expected")))?;
        }
        char::from_u32(number).ok_or_else(|| {
            fault_at(start, "half a character by its number is not supported; write the character itself")
        })
    }
}
