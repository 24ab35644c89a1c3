//! Who decided about a consumer last, from the activity.

use domain::{Action, Activity, ConsumerKey};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::Value;

use crate::{
    database::values::word,
    entity::activity,
    error::StoreError,
    tables::{activity::ActivityLines, line::Line},
};

impl ActivityLines<'_> {
    /// The newest line that approved or disapproved a consumer; `None` if there was none, or it was pruned.
    pub async fn last_decision(self, key: ConsumerKey) -> Result<Option<Activity<Value>>, StoreError> {
        let decisions = [Action::ConsumerApproved, Action::ConsumerDisapproved].map(word);
        // By revision: sign-ins have none, so that they are not read.
        let row = activity::Entity::find()
            .filter(activity::Column::ConsumerKey.eq(key.to_string()))
            .filter(activity::Column::ConsumerRevision.is_not_null())
            .filter(activity::Column::Action.is_in(decisions))
            .order_by_desc(activity::Column::ConsumerRevision)
            .into_model::<Line>()
            .one(&self.0.read)
            .await?;
        Ok(row.map(|Line(line)| line))
    }
}
