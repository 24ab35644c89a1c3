//! What becomes of an accepted connection: admitted or closed, then TLS where that is on.

use std::{io, sync::Arc};

use axum_server::accept::Accept;
use futures::future::BoxFuture;

use crate::serve::{
    admission::{Admission, Admitted},
    bound::{Stream, peer},
    requests::Counted,
    stream::Watched,
    unread::Manner,
};

/// Admits connections before another acceptor's work.
#[derive(Clone, Debug)]
pub(super) struct Admitting<A> {
    inner: A,
    admission: Arc<Admission>,
    manner: Manner,
}

impl<A> Admitting<A> {
    pub(super) fn new(inner: A, admission: Arc<Admission>, manner: Manner) -> Self {
        Self { inner, admission, manner }
    }

    fn admit(&self, stream: &Stream) -> io::Result<Admitted> {
        self.admission.admit(peer(stream)?.ip()).map_err(io::Error::other)
    }
}

impl<A, S> Accept<Stream, S> for Admitting<A>
where
    A: Accept<Stream, S>,
    A::Future: Send + 'static,
    A::Stream: Send + 'static,
    A::Service: Send + 'static,
{
    type Stream = Watched<A::Stream>;
    type Service = Counted<A::Service>;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: Stream, service: S) -> Self::Future {
        let admitted = match self.admit(&stream) {
            Ok(admitted) => admitted,
            // The stream is dropped, which closes it.
            Err(refused) => return Box::pin(async { Err(refused) }),
        };
        let accepting = self.inner.accept(stream, service);
        let manner = self.manner.clone();
        Box::pin(async move {
            let connection = admitted.connection.clone();
            tokio::select! {
                () = connection.until_cut() => Err(io::ErrorKind::ConnectionAborted.into()),
                accepted = accepting => {
                    let (stream, service) = accepted?;
                    Ok((Watched::new(stream, admitted, manner), Counted::new(service, connection)))
                }
            }
        })
    }
}
