//! The accept loop, and its end.

use std::io;
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::oneshot;

use super::service::serve;
use super::world::World;

/// Nobody who drops a server wants to wait for longer.
const GRACE: Duration = Duration::from_secs(1);

/// Serves until `stop` is sent or dropped; says by `ready` that it has begun.
pub(super) fn run(
    listener: TcpListener,
    world: &Arc<World>,
    stop: oneshot::Receiver<()>,
    ready: &mpsc::Sender<io::Result<()>>,
) {
    // The runtime is made here, on a thread of its own, because tokio lets no
    // runtime be dropped, as after an error, inside another.
    let opened = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|runtime| {
            let entered = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener)?;
            drop(entered);
            Ok((runtime, listener))
        });
    match opened {
        Ok((runtime, listener)) => {
            let _ = ready.send(Ok(()));
            runtime.block_on(accept(listener, world, stop));
        }
        Err(error) => {
            let _ = ready.send(Err(error));
        }
    }
}

async fn accept(
    listener: tokio::net::TcpListener,
    world: &Arc<World>,
    mut stop: oneshot::Receiver<()>,
) {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, most likely: some will be closed.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Answers are small, and each is one write.
        let _ = stream.set_nodelay(true);
        let world = Arc::clone(world);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| serve(Arc::clone(&world), request)),
            );
        let connection = connections.watch(connection);
        // Its error is a client that went away, or a connection that was
        // closed on purpose.
        tokio::spawn(async move { drop(connection.await) });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, connections.shutdown()).await;
}
