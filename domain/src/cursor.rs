//! The cursor of a list: where its next page begins. As a text it names the order of its list, since in another one it would
//! leave rows out without a word.

use crate::{
    consumer::Consumer,
    consumer_key::ConsumerKey,
    order::{ORDERS, Order, SORTS, Sort, SortValue},
    words::written,
};

/// The last row of a page; the next page starts after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Its sort value.
    pub value: SortValue,
    /// Its key, which breaks ties.
    pub key: ConsumerKey,
}

impl Cursor {
    /// The position of a consumer in a list sorted by this column.
    pub fn of(consumer: &Consumer, sort: Sort) -> Self {
        Self { value: sort.value(consumer), key: consumer.key }
    }

    /// The position of a key in a list sorted by it.
    pub fn by_key(key: ConsumerKey) -> Self {
        Self { value: SortValue::Text(key.to_string()), key }
    }

    /// The text of a position in a list of this order, for `read`.
    pub fn text(&self, sort: Sort, order: Order) -> String {
        // A slash stands for each dot of the key: no key holds a slash, so the first dot ends it.
        let key = self.key.as_str().replace('.', "/");
        let list = format!("{key}.{}.{}", written(sort, SORTS), written(order, ORDERS));
        match &self.value {
            SortValue::Number(number) => format!("{list}.{number}"),
            SortValue::Text(text) => format!("{list}.{text}"),
        }
    }

    /// Reads the text of a position in a list of this order.
    ///
    /// # Errors
    /// [`NotACursor`] if it is none, or of a list of another order. Those of earlier versions, which named no order, are none.
    pub fn read(text: &str, sort: Sort, order: Order) -> Result<Self, NotACursor> {
        let mut parts = text.splitn(4, '.');
        let mut part = || parts.next().ok_or(NotACursor);
        let (key, column, direction, value) = (part()?, part()?, part()?, part()?);
        if column != written(sort, SORTS) || direction != written(order, ORDERS) {
            return Err(NotACursor);
        }
        let value = match sort {
            Sort::CreatedAt | Sort::UpdatedAt | Sort::LastUsedAt => {
                SortValue::Number(value.parse().map_err(|_| NotACursor)?)
            }
            Sort::Name | Sort::Key | Sort::Status => SortValue::Text(value.to_owned()),
        };
        Ok(Self { value, key: key.replace('/', ".").parse().map_err(|_| NotACursor)? })
    }
}

/// The text is not a cursor of this list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is no cursor of this list; take next_cursor of the page before, as it is.")]
pub struct NotACursor;

#[cfg(test)]
mod tests {
    use super::*;

    const NIL: &str = "00000000-0000-0000-0000-000000000000";

    /// Every order, with a value of its column.
    fn orders() -> impl Iterator<Item = (Sort, Order, SortValue)> {
        SORTS.iter().flat_map(|(_, sort)| {
            let value = match sort {
                Sort::CreatedAt | Sort::UpdatedAt | Sort::LastUsedAt => SortValue::Number(-1),
                Sort::Name | Sort::Key | Sort::Status => SortValue::Text("a.asc/n".to_owned()),
            };
            ORDERS.iter().map(move |(_, order)| (*sort, *order, value.clone()))
        })
    }

    #[test]
    fn a_cursor_reads_back_as_itself_in_its_order_and_in_no_other() {
        for key in [NIL, "OauthKey", "a.n1", "a.name.asc", "...", "~:@+=!-._", &"k".repeat(64)] {
            let key: ConsumerKey = key.parse().unwrap();
            for (sort, order, value) in orders() {
                let cursor = Cursor { value, key };
                let text = cursor.text(sort, order);
                for (other, direction, _) in orders() {
                    let is_of_it = (other, direction) == (sort, order);
                    let expected = if is_of_it { Ok(cursor.clone()) } else { Err(NotACursor) };
                    assert_eq!(
                        Cursor::read(&text, other, direction),
                        expected,
                        "{text} {other:?} {direction:?}"
                    );
                }
            }
            let empty = Cursor { value: SortValue::Text(String::new()), key };
            let text = empty.text(Sort::Name, Order::Ascending);
            assert_eq!(Cursor::read(&text, Sort::Name, Order::Ascending), Ok(empty), "{text}");
        }
    }

    #[test]
    fn what_is_no_cursor_is_one_of_no_order() {
        for wrong in [
            "",
            ".",
            "...",
            "1",
            NIL,
            &format!("{NIL}."),
            &format!("{NIL}.created_at.desc"),
            &format!("{NIL}.created_at.desc."),
            &format!("{NIL}.created_at.desc.x"),
            &format!("{NIL}.created_at.DESC.5"),
            &format!("{NIL}.created_at.5"),
            "x y.created_at.desc.5",
            ".created_at.desc.5",
        ] {
            for (sort, order, _) in orders() {
                assert_eq!(Cursor::read(wrong, sort, order), Err(NotACursor), "{wrong:?} {sort:?} {order:?}");
            }
        }
    }

    #[test]
    fn a_cursor_of_an_earlier_version_which_names_no_order_is_none() {
        for text in ["n1796027626225", "n-1", "tmy app", "tname.asc.x", "tn.name.asc.x"] {
            for (sort, order, _) in orders() {
                let earlier = format!("{NIL}.{text}");
                assert_eq!(Cursor::read(&earlier, sort, order), Err(NotACursor), "{earlier}");
            }
        }
    }
}
