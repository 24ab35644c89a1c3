//! Folds the texts that older nodes have written, whose database folds ASCII alone.

use domain::Consumer;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Query},
};

use crate::{
    entity::consumer,
    error::StoreError,
    tables::{consumers::Consumers, readable::Row, texts},
};

/// How many rows one transaction writes, so that other changes do not wait long.
const AT_ONCE: u64 = 200;

impl Consumers<'_> {
    /// Folds what is not folded yet, in batches; returns how many texts. A row that this version cannot read is left as it is.
    pub async fn fold_texts(self) -> Result<u64, StoreError> {
        let (mut count, mut last) = (0, String::new());
        while let Some(keys) = self.unfolded_after(&last).await? {
            let change = self.0.begin().await?;
            for key in keys {
                last = key;
                // Read now: it may have been changed or removed before this change began.
                let row = consumer::Entity::find_by_id(&*last).into_model::<Row<consumer::Model>>();
                let row = row.one(&change.transaction).await?;
                match row.map(Row::read::<Consumer>).transpose() {
                    Ok(Some(consumer)) => {
                        texts::write(&change.transaction, &consumer).await?;
                        count += 1;
                    }
                    Ok(None) => {}
                    Err(error) => self.0.unreadable.note("consumer", &last, &error),
                }
            }
            self.0.commit(change).await?;
        }
        Ok(count)
    }

    async fn unfolded_after(self, key: &str) -> Result<Option<Vec<String>>, StoreError> {
        let unfolded = Query::select()
            .column("key")
            .from(texts::TABLE)
            .and_where(Expr::col("is_folded").not())
            .and_where(Expr::col("key").gt(key))
            .order_by("key", sea_orm::Order::Asc)
            .limit(AT_ONCE)
            .take();
        let keys: Vec<String> = consumer::Entity::find()
            .select_only()
            .column(consumer::Column::Key)
            .filter(consumer::Column::Key.in_subquery(unfolded))
            .order_by_asc(consumer::Column::Key)
            .into_tuple()
            .all(&self.0.read)
            .await?;
        Ok(Some(keys).filter(|keys| !keys.is_empty()))
    }
}
