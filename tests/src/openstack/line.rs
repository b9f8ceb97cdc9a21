//! Connections of a server that can be broken without an answer.
//!
//! axum always answers; here the connection refuses to carry it. Nothing is broken by itself.

use std::{
    io::{Error, ErrorKind, Result as IoResult},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// Whether a connection is broken, known to the connection and to whoever answers on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Line(Arc<AtomicBool>);

impl Line {
    /// Breaks the connection before anything more is sent on it.
    pub(super) fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Breaking>> for Line {
    fn connect_info(stream: IncomingStream<'_, Breaking>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Listens for connections that can be broken.
#[derive(Debug)]
pub(super) struct Breaking(TcpListener);

impl Breaking {
    /// Listens where this listener does.
    pub(super) fn new(listener: TcpListener) -> Self {
        Self(listener)
    }
}

impl Listener for Breaking {
    type Io = Breakable;
    type Addr = Line;

    async fn accept(&mut self) -> (Breakable, Line) {
        let (stream, _) = Listener::accept(&mut self.0).await;
        let line = Line::default();
        (Breakable(stream, line.clone()), line)
    }

    fn local_addr(&self) -> IoResult<Line> {
        Ok(Line::default())
    }
}

/// A connection on which nothing more is sent once it is broken.
#[derive(Debug)]
pub(super) struct Breakable(TcpStream, Line);

impl Breakable {
    fn whole(&self) -> IoResult<()> {
        if self.1.0.load(Ordering::SeqCst) {
            Err(Error::new(ErrorKind::ConnectionReset, "broken on purpose"))
        } else {
            Ok(())
        }
    }
}

impl AsyncRead for Breakable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<IoResult<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<IoResult<usize>> {
        self.whole()?;
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        self.whole()?;
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
