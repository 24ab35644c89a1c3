//! The rows of a page of the list.
//!
//! Databases guess whether to follow the order, and leave rows out on the way, or to collect all rows that match and then put
//! them in order; where many consumers are stored, a wrong guess reads all of them. So it is not left to them: a part of the
//! order is looked at first, a longer one where that shows it to be enough, and only if neither fills the page, the rows that match
//! are collected by an index.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryTrait, Select,
    sea_query::{Asterisk, Expr, Query, SelectStatement},
};

use super::Listing;
use crate::{
    entity::consumer,
    error::StoreError,
    tables::{
        order::{Part, after, order, parts, put_in_order, put_in_order_of_keys, sorted_by},
        readable::Row,
    },
};

/// How many rows of the order are looked at before those that match are collected.
const WINDOW: u64 = 1_000;

/// How many may be looked at besides, where the first ones show that the page will be full: collecting takes longer.
const WIDEST: u64 = 16_000;

/// As a limit, it keeps databases from merging two selects into one.
const NO_LIMIT: u64 = i64::MAX.cast_unsigned();

impl Listing<'_> {
    pub(super) async fn rows(&self, wanted: u64) -> Result<Vec<Row<consumer::Model>>, StoreError> {
        let mut rows: Vec<Row<consumer::Model>> = Vec::new();
        for part in parts(self.query) {
            let missing = wanted - rows.len() as u64;
            let part = Part { condition: self.in_order.clone().add(part.condition), ..part };
            let window = self.begin_of(all_columns(), &part, if self.is_filtered { WINDOW } else { missing });
            let found = self
                .matching(window, missing)
                .into_model::<Row<consumer::Model>>()
                .all(&self.store.read)
                .await?;
            // A row that moved between the two reads is in both.
            let seen: HashSet<_> = rows.iter().map(|row| row.name().to_owned()).collect();
            let is_new = |row: &Row<consumer::Model>| !seen.contains(row.name());
            let before = rows.len();
            rows.extend(found.into_iter().filter(&is_new));
            if rows.len() as u64 >= wanted {
                break;
            }
            if self.is_filtered && self.exceeds_window(part.condition.clone()).await? {
                let density = (rows.len() - before) as u64;
                if let Some(window) = wider_window(density, missing).filter(|_| self.is_text_alone()) {
                    let mut found = self.found_in(&part, window, missing).await?;
                    found.retain(is_new);
                    if found.len() as u64 == missing {
                        rows.truncate(before);
                        rows.extend(found);
                        break;
                    }
                }
                return self.collected(wanted).await;
            }
        }
        Ok(rows)
    }

    /// Whether the keys tell of nothing but the text whether a row is in the list.
    fn is_text_alone(&self) -> bool {
        self.text.is_some() && self.filters.is_empty() && !self.leaves_out_ended
    }

    /// The first rows of a part that have the text, among this many of its rows. The window is taken from a covering index, so that
    /// of rows that are scanned only the texts are read.
    async fn found_in(
        &self,
        part: &Part,
        window: u64,
        limit: u64,
    ) -> Result<Vec<Row<consumer::Model>>, StoreError> {
        let places = Query::select()
            .column(("consumers", consumer::Column::Key))
            .expr_as(sorted_by(self.query.sort), "place")
            .from("consumers")
            .take();
        let mut keys = Query::select()
            .column(consumer::Column::Key)
            .from_subquery(self.begin_of(places, part, window), "consumers")
            .limit(limit)
            .take();
        if !part.is_alike {
            keys.order_by("place", order(self.query));
        }
        keys.order_by(consumer::Column::Key, order(self.query));
        if let Some(text) = &self.text {
            keys.and_where(text.has_consumer());
        }
        let select = consumer::Entity::find().filter(consumer::Column::Key.in_subquery(keys));
        Ok(self.first(select, limit).into_model::<Row<consumer::Model>>().all(&self.store.read).await?)
    }

    /// The first rows of a part, with these columns.
    fn begin_of(&self, mut select: SelectStatement, part: &Part, limit: u64) -> SelectStatement {
        select.cond_where(part.condition.clone()).limit(limit);
        if part.is_alike {
            put_in_order_of_keys(&mut select, self.query);
        } else {
            put_in_order(&mut select, self.query);
        }
        select
    }

    /// Those of a window that match, in order.
    fn matching(&self, window: SelectStatement, limit: u64) -> Select<consumer::Entity> {
        let mut select = from(window).filter(self.filters.clone());
        if let Some(text) = &self.text {
            select = select.filter(text.has_consumer());
        }
        self.first(select, limit)
    }

    /// All rows that match, put in order: what the window leaves to an index.
    async fn collected(&self, wanted: u64) -> Result<Vec<Row<consumer::Model>>, StoreError> {
        let mut inner = all_columns();
        match &self.text {
            Some(text) => {
                let keys = text.keys(&self.store.read).await?;
                inner.and_where(Expr::col(consumer::Column::Key).in_subquery(keys))
            }
            None => inner.cond_where(self.filters.clone()),
        };
        inner.limit(NO_LIMIT);
        let select = from(inner).filter(self.in_order.clone()).filter(self.filters.clone());
        let select = self.first(select.filter(after(self.query)), wanted);
        Ok(select.into_model::<Row<consumer::Model>>().all(&self.store.read).await?)
    }

    fn first(&self, mut select: Select<consumer::Entity>, limit: u64) -> Select<consumer::Entity> {
        let statement = QueryTrait::query(&mut select);
        put_in_order(statement, self.query);
        statement.limit(limit);
        select
    }

    /// Whether more rows than the window may be in the list.
    async fn exceeds_window(&self, condition: Condition) -> Result<bool, StoreError> {
        let window =
            Query::select().expr(Expr::val(1)).from("consumers").cond_where(condition).limit(WINDOW).take();
        let count = Query::select().expr(Expr::cust("COUNT(*)")).from_subquery(window, "looked_at").take();
        Ok(self.number(&count).await? >= WINDOW)
    }
}

fn all_columns() -> SelectStatement {
    Query::select().column(("consumers", Asterisk)).from("consumers").take()
}

/// A select of consumers from the rows of another.
fn from(inner: SelectStatement) -> Select<consumer::Entity> {
    let mut select = consumer::Entity::find();
    QueryTrait::query(&mut select).from_clear().from_subquery(inner, "consumers");
    select
}

/// How many rows of the order to look at where the first ones had this many of those that are missing; `None` where that is too many,
/// or too few were found to say.
fn wider_window(found: u64, missing: u64) -> Option<u64> {
    if found < 4 {
        return None;
    }
    let window = WINDOW.saturating_mul(missing) / found;
    let with_reserve = window.saturating_add(window / 2);
    (with_reserve <= WIDEST).then_some(with_reserve)
}

#[cfg(test)]
mod tests {
    use super::wider_window;

    #[test]
    fn the_order_is_looked_at_as_far_as_the_first_rows_show_to_be_enough() {
        assert_eq!(wider_window(20, 26), Some(1_950));
        assert_eq!(wider_window(4, 26), Some(9_750));
        assert_eq!(wider_window(3, 26), None, "three say nothing");
        assert_eq!(wider_window(4, 49), None, "18,375 are more than are worth it");
        assert_eq!(wider_window(4, u64::MAX), None);
    }
}
