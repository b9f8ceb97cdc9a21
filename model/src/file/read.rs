//! From the tree to the domain's types through serde. An error takes on its place on the way out:
//! the innermost value that it passes gives it line and column, each one above gives its name.

mod choice;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};

use choice::{NameReader, Variant, Word};

use super::error::{Mark, Path, Problem, Step};
use super::tree::{Entry, Kind, Node};
use super::words;

/// What went wrong while reading, with as much of its place as is known yet.
#[derive(Debug)]
pub(super) struct ReadError {
    message: String,
    mark: Option<Mark>,
    /// Innermost first.
    steps: Vec<Step>,
    /// Something is not there, so that the name above is its place.
    absent: bool,
}

impl ReadError {
    fn new(message: String) -> Self {
        Self {
            message,
            mark: None,
            steps: Vec::new(),
            absent: false,
        }
    }

    fn at(mut self, mark: Mark) -> Self {
        self.mark.get_or_insert(mark);
        self
    }

    fn under(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Gives the message of another crate's type the words and the value that it lacks.
    fn about(mut self, node: &Node) -> Self {
        if self.mark.is_none()
            && let Kind::Scalar { text, .. } = &node.kind
            && let Some(message) = words::about(&self.message, text)
        {
            self.message = message;
        }
        self
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
    fn invalid_type(found: Unexpected, expected: &dyn de::Expected) -> Self {
        Self::new(words::unfit(found, expected))
    }
    fn invalid_value(found: Unexpected, expected: &dyn de::Expected) -> Self {
        Self::new(words::unfit(found, expected))
    }
    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        Self::new(words::wrong_length(length, expected))
    }
    fn unknown_variant(found: &str, expected: &'static [&'static str]) -> Self {
        Self::new(words::unknown_word(found, expected))
    }
    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(words::unknown_field(field, expected))
    }
    fn missing_field(field: &'static str) -> Self {
        Self {
            absent: true,
            ..Self::new(words::missing_field(field)).under(Step::Name(field.to_owned()))
        }
    }
}

/// Reads a whole document.
pub(super) fn read<'de, T: de::Deserialize<'de>>(
    root: &'de Node<'de>,
) -> Result<T, (Mark, Problem)> {
    T::deserialize(Reader(root)).map_err(|error| {
        let ReadError {
            message,
            mark,
            mut steps,
            absent: _,
        } = error.about(root);
        steps.reverse();
        let path = Path(steps);
        (mark.unwrap_or(root.mark), Problem { path, message })
    })
}

/// What an unquoted scalar stands for.
enum Plain {
    Nothing,
    Truth(bool),
    Natural(u64),
    Negative(i64),
    Fraction(f64),
    Text,
}

/// As YAML 1.2's core schema has it, without its octal and hexadecimal numbers, and without
/// numbers that begin with a zero or a plus: those are texts, so that nothing changes its value.
fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Nothing,
        "true" | "True" | "TRUE" => return Plain::Truth(true),
        "false" | "False" | "FALSE" => return Plain::Truth(false),
        _ => {}
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
        return Plain::Text;
    }
    if let Ok(n) = text.parse::<u64>() {
        Plain::Natural(n)
    } else if let Ok(n) = text.parse::<i64>() {
        Plain::Negative(n)
    } else {
        text.parse().map_or(Plain::Text, Plain::Fraction)
    }
}

#[derive(Clone, Copy)]
struct Reader<'de>(&'de Node<'de>);

impl<'de> Reader<'de> {
    /// What stands here, for an error.
    fn found(self) -> Unexpected<'de> {
        match &self.0.kind {
            Kind::List(_) => Unexpected::Seq,
            Kind::Map(_) => Unexpected::Map,
            Kind::Scalar { text, plain: false } => Unexpected::Str(text),
            Kind::Scalar { text, plain: true } => match plain(text) {
                Plain::Nothing => Unexpected::Unit,
                Plain::Truth(value) => Unexpected::Bool(value),
                Plain::Natural(n) => Unexpected::Unsigned(n),
                Plain::Negative(n) => Unexpected::Signed(n),
                Plain::Fraction(n) => Unexpected::Float(n),
                Plain::Text => Unexpected::Str(text),
            },
        }
    }

    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.0.kind {
            Kind::Scalar { text, plain: true } if matches!(plain(text), Plain::Nothing) => {
                Err(de::Error::invalid_type(self.found(), &visitor))
            }
            Kind::Scalar { text, .. } => visitor.visit_borrowed_str(text),
            Kind::List(_) | Kind::Map(_) => Err(de::Error::invalid_type(self.found(), &visitor)),
        }
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.0.kind {
            Kind::List(items) => {
                let mut elements = Elements { items, index: 0 };
                // Where an array takes fewer than there are, it must not do so in silence.
                let wanted = Wanted::of(&visitor);
                let value = visitor.visit_seq(&mut elements)?;
                if elements.index < items.len() {
                    return Err(ReadError::new(words::wrong_length(items.len(), &wanted)));
                }
                Ok(value)
            }
            Kind::Scalar { .. } | Kind::Map(_) => {
                Err(de::Error::invalid_type(self.found(), &visitor))
            }
        }
    }

    fn map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.0.kind {
            Kind::Map(entries) => visitor.visit_map(Entries {
                entries: entries.iter(),
                value: None,
            }),
            Kind::Scalar { .. } | Kind::List(_) => {
                Err(de::Error::invalid_type(self.found(), &visitor))
            }
        }
    }
}

/// What a visitor expects, kept for after it is gone.
struct Wanted(String);

impl Wanted {
    fn of<'de>(visitor: &impl Visitor<'de>) -> Self {
        Self((visitor as &dyn de::Expected).to_string())
    }
}

impl de::Expected for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.0.kind {
            Kind::List(_) => self.list(visitor),
            Kind::Map(_) => self.map(visitor),
            Kind::Scalar { text, plain: false } => visitor.visit_borrowed_str(text),
            Kind::Scalar { text, plain: true } => match plain(text) {
                Plain::Nothing => visitor.visit_unit(),
                Plain::Truth(value) => visitor.visit_bool(value),
                Plain::Natural(n) => visitor.visit_u64(n),
                Plain::Negative(n) => visitor.visit_i64(n),
                Plain::Fraction(n) => visitor.visit_f64(n),
                Plain::Text => visitor.visit_borrowed_str(text),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.found() {
            Unexpected::Unit => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.text(visitor)
    }
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.text(visitor)
    }
    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.text(visitor)
    }
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.text(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.list(visitor)
    }
    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.list(visitor)
    }
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.map(visitor)
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match &self.0.kind {
            Kind::Scalar { text, .. } if !matches!(self.found(), Unexpected::Unit) => {
                visitor.visit_enum(Word(text))
            }
            Kind::Map(entries) => match entries.as_slice() {
                [entry] => visitor.visit_enum(Variant(entry)),
                _ => Err(de::Error::invalid_type(Unexpected::Map, &visitor)),
            },
            Kind::Scalar { .. } | Kind::List(_) => {
                Err(de::Error::invalid_type(self.found(), &visitor))
            }
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct
        ignored_any
    }
}

struct Elements<'de> {
    items: &'de [Node<'de>],
    index: usize,
}

impl<'de> SeqAccess<'de> for &mut Elements<'de> {
    type Error = ReadError;
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        let Some(item) = self.items.get(self.index) else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Reader(item))
            .map(Some)
            .map_err(|error| error.about(item).at(item.mark).under(Step::Index(index)))
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.index)
    }
}

struct Entries<'de> {
    entries: std::slice::Iter<'de, Entry<'de>>,
    value: Option<&'de Entry<'de>>,
}

/// Reads the value of a name.
fn value<'de, T: DeserializeSeed<'de>>(
    entry: &'de Entry<'de>,
    seed: T,
) -> Result<T::Value, ReadError> {
    seed.deserialize(Reader(&entry.value)).map_err(|error| {
        let mark = if error.absent {
            entry.mark
        } else {
            entry.value.mark
        };
        error
            .about(&entry.value)
            .at(mark)
            .under(Step::Name(entry.name.to_string()))
    })
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ReadError;
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        let Some(entry) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some(entry);
        seed.deserialize(NameReader(entry))
            .map(Some)
            .map_err(|error| {
                error
                    .at(entry.mark)
                    .under(Step::Name(entry.name.to_string()))
            })
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        match self.value.take() {
            Some(entry) => value(entry, seed),
            None => Err(ReadError::new(
                "a value was asked for before its name".into(),
            )),
        }
    }
}
