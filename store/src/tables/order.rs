//! The orders of the list of consumers: the column of each, and the rows after a cursor.

use domain::{
    ConsumerKey, ConsumerQuery, Cursor, Sort,
    query::{Order as Direction, SortValue, Used},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, ExprTrait as _, Order, Value,
    sea_query::{Expr, Query, SelectStatement},
};

use crate::{entity::consumer, error::StoreError};

/// The expression of a sort, equal to `Sort::value` of the consumer, as the index of the sort has it.
pub(super) fn sorted_by(sort: Sort) -> Expr {
    match sort {
        Sort::CreatedAt => Expr::col(consumer::Column::CreatedAt),
        Sort::Name => Expr::col("folded_name"),
        Sort::Key => Expr::col(consumer::Column::Key),
        Sort::Status => Expr::col(consumer::Column::Status),
        Sort::UpdatedAt => Expr::col(consumer::Column::UpdatedAt),
        Sort::LastUsedAt => last_use(),
    }
}

/// The time of the last use, or `domain::query::NEVER`.
pub(super) fn last_use() -> Expr {
    Expr::cust("COALESCE(last_used_at, -1)")
}

/// Puts the rows of a select into the order of a query.
pub(super) fn put_in_order(select: &mut SelectStatement, query: &ConsumerQuery) {
    select.order_by_expr(sorted_by(query.sort), order(query));
    put_in_order_of_keys(select, query);
}

/// The same for rows that are all sorted by the same value. SQLite would sort them once more by the value where it is an
/// expression.
pub(super) fn put_in_order_of_keys(select: &mut SelectStatement, query: &ConsumerQuery) {
    select.order_by(consumer::Column::Key, order(query));
}

/// The direction of a query.
pub(super) fn order(query: &ConsumerQuery) -> Order {
    match query.order() {
        Direction::Ascending => Order::Asc,
        Direction::Descending => Order::Desc,
    }
}

/// A range of the index of a sort.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) condition: Condition,
    /// Whether all of its rows are sorted by the same value.
    pub(super) is_alike: bool,
}

/// The rows of a query, or those after its cursor, in parts that follow each other: first those that are sorted by the same
/// value as the cursor's row, then the others. Each is one range of the index; not every planner splits an `OR` into
/// ranges.
pub(super) fn parts(query: &ConsumerQuery) -> Vec<Part> {
    let is_never = query.sort == Sort::LastUsedAt && query.used == Some(Used::Never);
    let Some(cursor) = &query.after else {
        return vec![Part { condition: Condition::all(), is_alike: is_never }];
    };
    let value = value_of(cursor);
    let key = cursor.key.as_str();
    let column = sorted_by(query.sort);
    let (behind, key_behind) = match query.order() {
        Direction::Ascending => (column.clone().gt(value.clone()), consumer::Column::Key.gt(key)),
        Direction::Descending => (column.clone().lt(value.clone()), consumer::Column::Key.lt(key)),
    };
    let alike = Part { condition: Condition::all().add(column.eq(value)).add(key_behind), is_alike: true };
    let others = Part { condition: Condition::all().add(behind), is_alike: false };
    // No two rows have the same key, and there is one *Never*.
    match query.sort {
        Sort::Key => vec![others],
        _ if is_never => vec![alike],
        _ => vec![alike, others],
    }
}

/// The same in one condition.
pub(super) fn after(query: &ConsumerQuery) -> Condition {
    parts(query).into_iter().map(|part| part.condition).fold(Condition::any(), Condition::add)
}

/// The place of the consumer with this key in a list that is sorted so; `None` if there is none.
pub(super) async fn cursor_at(
    connection: &impl ConnectionTrait,
    key: ConsumerKey,
    sort: Sort,
) -> Result<Option<Cursor>, StoreError> {
    let mut select = Query::select().expr(sorted_by(sort)).from("consumers").take();
    select.and_where(Expr::col(consumer::Column::Key).eq(key.as_str()));
    let Some(row) = connection.query_one(&select).await? else { return Ok(None) };
    let value = match sort {
        Sort::CreatedAt | Sort::UpdatedAt | Sort::LastUsedAt => SortValue::Number(row.try_get_by_index(0)?),
        Sort::Name | Sort::Key | Sort::Status => SortValue::Text(row.try_get_by_index(0)?),
    };
    Ok(Some(Cursor { value, key }))
}

fn value_of(cursor: &Cursor) -> Value {
    match &cursor.value {
        SortValue::Number(number) => Value::from(*number),
        // Our own cursors hold no NUL, and PostgreSQL rejects one.
        SortValue::Text(text) => Value::from(text.replace('\0', "")),
    }
}
