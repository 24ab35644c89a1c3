//! The list of users, page by page, as administrators see it.

use domain::{Member, Username, query::MOST_ROWS};
use store::Holding;

use crate::{
    accounts::users::{Users, no_user},
    error::ServiceError,
    guard::admin::{AT_MOST, IDLE},
};

impl Users<'_> {
    /// Up to `limit` users by username, after one of them, whose username or name has a text in it; and the username after
    /// which the next page begins.
    pub async fn page(
        self,
        text: Option<&str>,
        after: Option<&Username>,
        limit: u64,
    ) -> Result<(Vec<Member>, Option<Username>), ServiceError> {
        // One more, to know whether there is another page.
        let mut rows = self.service.store.users().members(text, after, limit + 1, self.holding()).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| is_more).map(|last| last.username.clone());
        Ok((rows, next))
    }

    /// All users, by username.
    pub async fn list(self) -> Result<Vec<Member>, ServiceError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let (rows, next) = self.page(None, after.as_ref(), MOST_ROWS).await?;
            all.extend(rows);
            if next.is_none() {
                return Ok(all);
            }
            after = next;
        }
    }

    /// One user.
    pub async fn find(self, username: &str) -> Result<Member, ServiceError> {
        let found = match Username::parse(username) {
            Ok(username) => self.service.store.users().member(&username, self.holding()).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| no_user(username))
    }

    fn holding(self) -> Holding {
        let now = self.service.clock.now();
        Holding { begun: now - AT_MOST, seen: now - IDLE }
    }
}
