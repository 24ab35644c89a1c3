//! Reads JSON with the browser's own parser into types that serde derives.
//!
//! With `serde_json` its parser, the words of its errors and the printing of floats would be a tenth of the page's module.
//! Here an error has no words, and the fields of a struct and the variants of an enum are found by their place among those
//! that serde names, so that most of what it derives is never called and not linked. Not for `alias`, `flatten`, `tag` and
//! `untagged`, and for whole numbers alone, up to 2⁵³, as JavaScript has them.

use std::{fmt, mem};

use js_sys::{Array, JSON, Number, Reflect};
use serde::{
    Deserializer,
    de::{
        self, DeserializeOwned, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
        value::U64Deserializer,
    },
    forward_to_deserialize_any,
};
use wasm_bindgen::{JsCast as _, JsValue};

/// It is not JSON, or of another form than what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotRead;

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the JSON is of another form")
    }
}

impl std::error::Error for NotRead {}

impl de::Error for NotRead {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Reads a text.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, NotRead> {
    read(JSON::parse(text).map_err(|_| NotRead)?)
}

/// Reads what the parser returned.
pub(crate) fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, NotRead> {
    T::deserialize(Value(value))
}

struct Value(JsValue);

impl Value {
    fn whole(&self) -> Result<i64, NotRead> {
        let number = self.0.as_f64().filter(|_| Number::is_safe_integer(&self.0)).ok_or(NotRead)?;
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and below 2⁵³")]
        Ok(number as i64)
    }
}

/// A member of an object; `undefined` where it has none of this name.
fn member(object: &JsValue, name: &str) -> Result<JsValue, NotRead> {
    Reflect::get(object, &name.into()).map_err(|_| NotRead)
}

impl<'de> Deserializer<'de> for Value {
    type Error = NotRead;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotRead> {
        Err(NotRead)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        visitor.visit_bool(self.0.as_bool().ok_or(NotRead)?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        visitor.visit_i64(self.whole()?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        visitor.visit_u64(self.whole()?.try_into().map_err(|_| NotRead)?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        visitor.visit_string(self.0.as_string().ok_or(NotRead)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        if self.0.is_null() { visitor.visit_unit() } else { Err(NotRead) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        visitor.visit_seq(Items { items: self.0.dyn_into().map_err(|_| NotRead)?, next: 0 })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotRead> {
        visitor.visit_map(Members { object: self.0, names, next: 0, value: JsValue::UNDEFINED })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotRead> {
        visitor.visit_enum(Variant::of(&self.0, names)?)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 f64 char str bytes byte_buf unit_struct newtype_struct tuple tuple_struct map
        identifier ignored_any
    }
}

/// What an array has.
struct Items {
    items: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = NotRead;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, NotRead> {
        if self.next == self.items.length() {
            return Ok(None);
        }
        self.next += 1;
        seed.deserialize(Value(self.items.get(self.next - 1))).map(Some)
    }
}

/// What an object has of the members of these names, with their places as keys.
struct Members {
    object: JsValue,
    names: &'static [&'static str],
    next: usize,
    value: JsValue,
}

impl Members {
    fn next(&mut self) -> Result<Option<u64>, NotRead> {
        while let Some(name) = self.names.get(self.next) {
            let place = self.next;
            self.next += 1;
            self.value = member(&self.object, name)?;
            if !self.value.is_undefined() {
                return Ok(Some(place as u64));
            }
        }
        Ok(None)
    }
}

impl<'de> MapAccess<'de> for Members {
    type Error = NotRead;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, NotRead> {
        let place = self.next()?;
        place.map(|place| seed.deserialize(U64Deserializer::new(place))).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, NotRead> {
        seed.deserialize(Value(mem::replace(&mut self.value, JsValue::UNDEFINED)))
    }
}

/// A variant, by its place, and what it holds: `undefined` where its name stands alone.
struct Variant {
    place: u64,
    held: JsValue,
}

impl Variant {
    fn of(value: &JsValue, names: &[&str]) -> Result<Self, NotRead> {
        let alone = value.as_string();
        for (place, name) in (0..).zip(names) {
            match &alone {
                Some(alone) if alone == name => return Ok(Self { place, held: JsValue::UNDEFINED }),
                Some(_) => {}
                None => {
                    let held = member(value, name)?;
                    if !held.is_undefined() {
                        return Ok(Self { place, held });
                    }
                }
            }
        }
        Err(NotRead)
    }
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = NotRead;
    type Variant = Value;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Value), NotRead> {
        Ok((seed.deserialize(U64Deserializer::new(self.place))?, Value(self.held)))
    }
}

impl<'de> VariantAccess<'de> for Value {
    type Error = NotRead;

    fn unit_variant(self) -> Result<(), NotRead> {
        self.0.is_undefined().then_some(()).ok_or(NotRead)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, NotRead> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, NotRead> {
        Err(NotRead)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotRead> {
        self.deserialize_struct("", names, visitor)
    }
}
