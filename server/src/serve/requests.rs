//! Counts a connection's requests that are under way, from the whole head until the answer's body is handed over or dropped; and the
//! pieces of bodies that are handed over, until they are taken.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::serve::{
    admission::{Connection, UnderWay},
    taking::Piece,
};

/// A connection's service, with its requests counted.
#[derive(Clone, Debug)]
pub(super) struct Counted<S> {
    service: S,
    connection: Arc<Connection>,
}

impl<S> Counted<S> {
    pub(super) fn new(service: S, connection: Arc<Connection>) -> Self {
        Self { service, connection }
    }
}

impl<S, R, B> Service<Request<R>> for Counted<S>
where
    S: Service<Request<R>, Response = Response<B>>,
{
    type Response = Response<CountedBody<B>>;
    type Error = S::Error;
    type Future = Answer<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        let under_way = Some(self.connection.begin());
        Answer { answer: self.service.call(request), under_way }
    }
}

pin_project! {
    /// An answer to come.
    pub(super) struct Answer<F> {
        #[pin]
        answer: F,
        under_way: Option<UnderWay>,
    }
}

impl<F, B, E> Future for Answer<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<CountedBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.answer.poll(cx));
        let under_way = this.under_way.take();
        Poll::Ready(answer.map(|answer| answer.map(|body| CountedBody { body, under_way })))
    }
}

pin_project! {
    /// An answer's body, which keeps its request under way.
    pub(super) struct CountedBody<B> {
        #[pin]
        body: B,
        under_way: Option<UnderWay>,
    }
}

impl<B: Body> Body for CountedBody<B> {
    type Data = Piece<B::Data>;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece<B::Data>>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.body.poll_frame(cx));
        let piece = |data| Piece::new(data, this.under_way.as_ref().map(UnderWay::hand_over));
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
