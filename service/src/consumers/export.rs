//! Every consumer of a view, read while it is sent: neither side holds all of them at once.

use domain::{Consumer, ConsumerQuery};
use futures::{Stream, stream::try_unfold};

use crate::{consumers::list::Consumers, error::ServiceError};

/// How many consumers are read at once.
const AT_ONCE: u64 = 500;

/// Why an export ends before it is whole.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The administrator has signed out meanwhile, or lost the permission.
    #[error("Whoever asked for this may not read it any more.")]
    NotPermitted,
    /// The next consumers cannot be read.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl ExportError {
    /// What the log says.
    pub fn cause(&self) -> String {
        match self {
            Self::NotPermitted => self.to_string(),
            Self::Service(error) => error.cause().to_string(),
        }
    }
}

impl Consumers<'_> {
    /// The consumers of a query from the first page to the last, some at a time, for as long as the administrator may read them.
    ///
    /// Each is in it once, as it was when its page was read. One whose place in the order changes meanwhile is in it if it was or
    /// came behind what was read by then.
    pub fn export(
        self,
        query: ConsumerQuery,
    ) -> impl Stream<Item = Result<Vec<Consumer>, ExportError>> + Send + use<> {
        let (service, admin) = (self.service.clone(), self.admin.clone());
        try_unfold(Some(query), move |next| {
            let (service, admin) = (service.clone(), admin.clone());
            async move {
                let Some(query) = next else { return Ok(None) };
                if !service.sessions().may_go_on(&admin).await? {
                    return Err(ExportError::NotPermitted);
                }
                let (rows, cursor) = service.consumers(&admin).rows(&query, AT_ONCE).await?;
                let next = cursor.map(|after| ConsumerQuery { after: Some(after), ..query });
                Ok(Some((rows, next)))
            }
        })
    }
}
