//! Names of a map, and words that stand for one of several choices.

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor,
};

use super::{Plain, ReadError, Reader, plain, value};
use crate::file::tree::Entry;

/// Reads a name: a text, or a number with or without quotes.
pub(super) struct NameReader<'de>(pub(super) &'de Entry<'de>);

impl<'de> Deserializer<'de> for NameReader<'de> {
    type Error = ReadError;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_borrowed_str(&self.0.name)
    }
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match plain(&self.0.name) {
            Plain::Natural(n) => visitor.visit_u64(n),
            Plain::Negative(n) => visitor.visit_i64(n),
            _ => visitor.visit_borrowed_str(&self.0.name),
        }
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_enum(self.0.name.as_ref().into_deserializer())
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A variant written as one word.
pub(super) struct Word<'de>(pub(super) &'de str);

impl<'de> EnumAccess<'de> for Word<'de> {
    type Error = ReadError;
    type Variant = Self;
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        let word: de::value::StrDeserializer<'_, ReadError> = self.0.into_deserializer();
        seed.deserialize(word).map(|variant| (variant, self))
    }
}

impl Word<'_> {
    fn alone<T>(&self) -> Result<T, ReadError> {
        Err(ReadError::new(format!(
            "`{0}` needs a value; write it as in `{{ {0}: … }}`",
            self.0
        )))
    }
}

impl<'de> VariantAccess<'de> for Word<'de> {
    type Error = ReadError;
    fn unit_variant(self) -> Result<(), ReadError> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, ReadError> {
        self.alone()
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, ReadError> {
        self.alone()
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, ReadError> {
        self.alone()
    }
}

/// A variant with its content, written as a map with one name.
pub(super) struct Variant<'de>(pub(super) &'de Entry<'de>);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ReadError;
    type Variant = Self;
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        let entry = self.0;
        seed.deserialize(NameReader(entry))
            .map(|variant| (variant, self))
            .map_err(|error| error.at(entry.mark))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = ReadError;
    fn unit_variant(self) -> Result<(), ReadError> {
        Err(ReadError::new(format!(
            "`{0}` takes no value; write `{0}` alone, without the colon",
            self.0.name
        )))
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        value(self.0, seed)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        Reader(&self.0.value).list(visitor)
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        Reader(&self.0.value).map(visitor)
    }
}
