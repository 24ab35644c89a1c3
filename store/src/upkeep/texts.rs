//! Folds the texts that older nodes have written, whose database folds ASCII alone.

use domain::Consumer;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    sea_query::{Expr, Query},
};

use crate::{
    entity::consumer,
    error::StoreError,
    tables::{consumers::Consumers, texts},
};

/// How many rows one transaction writes, so that other changes do not wait long.
const AT_ONCE: u64 = 200;

impl Consumers<'_> {
    /// Folds what is not folded yet, in batches; returns how many texts. A row that this version cannot read is left as it is.
    pub async fn fold_texts(self) -> Result<u64, StoreError> {
        let (mut count, mut last) = (0, String::new());
        while let Some(rows) = self.unfolded_after(&last).await? {
            let change = self.0.begin().await?;
            for row in rows {
                last.clone_from(&row.key);
                // Read again: it may have been changed or removed before this change began.
                let row = consumer::Entity::find_by_id(&*last).one(&change.transaction).await?;
                match row.map(Consumer::try_from).transpose() {
                    Ok(Some(consumer)) => {
                        texts::write(&change.transaction, &consumer).await?;
                        count += 1;
                    }
                    Ok(None) => {}
                    Err(error) => {
                        tracing::warn!(%error, key = %last, "a consumer's texts could not be folded");
                    }
                }
            }
            self.0.commit(change).await?;
        }
        Ok(count)
    }

    async fn unfolded_after(self, key: &str) -> Result<Option<Vec<consumer::Model>>, StoreError> {
        let unfolded = Query::select()
            .column("key")
            .from(texts::TABLE)
            .and_where(Expr::col("is_folded").not())
            .and_where(Expr::col("key").gt(key))
            .order_by("key", sea_orm::Order::Asc)
            .limit(AT_ONCE)
            .take();
        let rows = consumer::Entity::find()
            .filter(consumer::Column::Key.in_subquery(unfolded))
            .order_by_asc(consumer::Column::Key)
            .all(&self.0.read)
            .await?;
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }
}
