//! Pages of the list of consumers, and how many rows all pages have.

mod rows;

use domain::{
    Consumer, ConsumerKey, ConsumerQuery, Cursor, Page, Sort,
    query::{NEVER, Used, milliseconds},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, ExprTrait as _,
    sea_query::{Expr, Query, SelectStatement},
};

use crate::{
    database::values::word,
    entity::consumer,
    error::StoreError,
    store::Store,
    tables::{
        consumers::Consumers,
        order::{cursor_at, last_use, parts, put_in_order},
        readable::{ask_again, readable},
        texts::{self, Sought},
        undecided::{any_ended, ended},
    },
};

impl Consumers<'_> {
    /// A page of consumers.
    pub async fn list(self, query: &ConsumerQuery, limit: u64) -> Result<Page<Consumer>, StoreError> {
        let listing = Listing::of(self.0, query).await?;
        let total = listing.count(self).await?;
        let (items, next) = if total == 0 { (Vec::new(), None) } else { listing.page(limit).await? };
        Ok(Page { items, next_cursor: next.map(|cursor| cursor.text(query.sort, query.order())), total })
    }

    /// The rows of a page, and the cursor of the next one: for callers who go on to the last page, and need no total on each.
    pub async fn rows(
        self,
        query: &ConsumerQuery,
        limit: u64,
    ) -> Result<(Vec<Consumer>, Option<Cursor>), StoreError> {
        Listing::of(self.0, query).await?.page(limit).await
    }

    /// How many rows a query has, on all pages.
    pub async fn count(self, query: &ConsumerQuery) -> Result<u64, StoreError> {
        Listing::of(self.0, query).await?.count(self).await
    }

    /// How many rows stand behind the cursor of a query.
    pub async fn count_behind(self, query: &ConsumerQuery) -> Result<u64, StoreError> {
        Listing::of(self.0, query).await?.count_behind().await
    }

    /// The row that has this many before it: the cursor behind which the next one begins. It is found by counting along an index,
    /// so it takes longer the further away it is.
    pub async fn place(self, query: &ConsumerQuery, before: u64) -> Result<Option<Cursor>, StoreError> {
        // Databases count no further.
        if i64::try_from(before).is_err() {
            return Ok(None);
        }
        let Some(key) = Listing::of(self.0, query).await?.key_at(before).await? else { return Ok(None) };
        // Not by reading the row: also one that cannot be read has its place.
        cursor_at(&self.0.read, key, query.sort).await
    }
}

/// A query, as conditions.
struct Listing<'a> {
    store: &'a Store,
    query: &'a ConsumerQuery,
    /// What holds for every row of the list, and is asked for in the order: by its index, or of few.
    in_order: Condition,
    /// What else holds for every row, but for the text.
    filters: Condition,
    is_filtered: bool,
    text: Option<Sought>,
    leaves_out_ended: bool,
}

impl<'a> Listing<'a> {
    async fn of(store: &'a Store, query: &'a ConsumerQuery) -> Result<Self, StoreError> {
        let mut in_order = Condition::all();
        if let Some(status) = query.status {
            in_order = in_order.add(consumer::Column::Status.eq(word(status)));
        }
        let mut leaves_out_ended = false;
        // Asked first: where no request has ended, no row has to be left out.
        if let Some(since) = query.undecided_since
            && any_ended(&store.read, since).await?
        {
            leaves_out_ended = true;
            in_order = in_order.add(ended(since).not());
        }
        let mut filters = Condition::all();
        if let Some(by) = &query.registered_by {
            // No author has a NUL, and PostgreSQL rejects one.
            filters = filters.add(consumer::Column::CreatedBy.eq(by.to_string().replace('\0', " ")));
        }
        if let Some(trusted) = query.trusted {
            filters = filters.add(consumer::Column::Trusted.eq(trusted));
        }
        if let Some(ends) = query.ends {
            filters = filters
                .add(consumer::Column::EndsAt.gt(milliseconds(ends.after)))
                .add(consumer::Column::EndsAt.lte(milliseconds(ends.until)));
        }
        if let Some(used) = query.used {
            filters = filters.add(used_then(used));
            if query.sort == Sort::LastUsedAt {
                in_order = in_order.add(used_then(used));
            } else if query.sort == Sort::CreatedAt
                && let Used::NotAfter(at) = used
            {
                in_order = in_order.add(consumer::Column::CreatedAt.lte(milliseconds(at)));
            }
        }
        let text = query.text.as_deref().filter(|text| !text.is_empty());
        let text = text.map(|text| Sought::new(&store.read, text));
        let is_filtered = text.is_some() || !filters.is_empty();
        Ok(Self { store, query, in_order, filters, is_filtered, text, leaves_out_ended })
    }

    /// How many rows all pages have.
    async fn count(&self, table: Consumers<'_>) -> Result<u64, StoreError> {
        if !self.is_filtered {
            let counts = table.counts(self.query.undecided_since).await?;
            return Ok(match self.query.status {
                Some(status) => counts.of(status),
                None => counts.all(),
            });
        }
        let mut select = Query::select().expr(Expr::cust("COUNT(*)")).take();
        let is_text_alone = self.query.status.is_none() && !self.leaves_out_ended && self.filters.is_empty();
        match &self.text {
            Some(text) if is_text_alone => {
                select.from(texts::TABLE).cond_where(text.condition(&self.store.read).await?);
            }
            _ => {
                select.from("consumers").cond_where(self.matches().await?);
            }
        }
        self.number(&select).await
    }

    /// What holds for every row of the list.
    async fn matches(&self) -> Result<Condition, StoreError> {
        let matches = self.in_order.clone().add(self.filters.clone());
        let Some(text) = &self.text else { return Ok(matches) };
        Ok(matches.add(Expr::col(consumer::Column::Key).in_subquery(text.keys(&self.store.read).await?)))
    }

    async fn count_behind(&self) -> Result<u64, StoreError> {
        let matches = self.matches().await?;
        let mut count = 0;
        for part in parts(self.query) {
            let mut select = Query::select().expr(Expr::cust("COUNT(*)")).from("consumers").take();
            select.cond_where(matches.clone()).cond_where(part.condition);
            count += self.number(&select).await?;
        }
        Ok(count)
    }

    /// The key of the row that has this many before it, from the first row on, whatever the cursor.
    async fn key_at(&self, before: u64) -> Result<Option<ConsumerKey>, StoreError> {
        // The keys alone: an index holds them, so that rows on the way are not read.
        let mut select = Query::select().column(consumer::Column::Key).from("consumers").take();
        select.cond_where(self.matches().await?).limit(1).offset(before);
        put_in_order(&mut select, self.query);
        let Some(row) = self.store.read.query_one(&select).await? else { return Ok(None) };
        let key = row.try_get_by_index::<String>(0)?;
        key.parse().map(Some).map_err(|_| StoreError::Unreadable("a consumer's key"))
    }

    /// The rows of a page, and the cursor of the next one.
    async fn page(&self, limit: u64) -> Result<(Vec<Consumer>, Option<Cursor>), StoreError> {
        // One row more than asked for, to know whether there is another page.
        let wanted = limit + 1;
        let mut asked = wanted;
        let mut items = loop {
            let rows = self.rows(asked).await?;
            let found = rows.len();
            let items: Vec<Consumer> = readable(rows, &self.store.unreadable);
            match ask_again(asked, found, items.len(), wanted) {
                Some(more) => asked = more,
                None => break items,
            }
        };
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_more = items.len() > most;
        items.truncate(most);
        let next = items.last().filter(|_| is_more).map(|last| Cursor::of(last, self.query.sort));
        Ok((items, next))
    }

    async fn number(&self, select: &SelectStatement) -> Result<u64, StoreError> {
        let row = self.store.read.query_one(select).await?.ok_or(StoreError::Unreadable("no answer"))?;
        Ok(u64::try_from(row.try_get_by_index::<i64>(0)?).unwrap_or_default())
    }
}

fn used_then(used: Used) -> Condition {
    match used {
        Used::Never => Condition::all().add(last_use().eq(NEVER)),
        Used::After(at) => Condition::all().add(last_use().gt(milliseconds(at))),
        Used::NotAfter(at) => Condition::all()
            .add(last_use().lte(milliseconds(at)))
            .add(consumer::Column::CreatedAt.lte(milliseconds(at))),
    }
}
