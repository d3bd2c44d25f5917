//! A server of the laboratory on a thread of its own, with an event loop of its own: started, told to stop, waited for.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Where the server says that it listens, or why it does not.
pub(super) type Started<E> = mpsc::Sender<Result<SocketAddr, E>>;

/// A running server. Dropping it shuts it down.
pub(super) struct Background {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Background {
    /// Runs `serve` until it ends, which it does when its receiver hears anything. `failed` is what it means that there
    /// is no thread or no event loop.
    ///
    /// # Errors
    /// What `serve` sent in place of an address, or `failed`.
    pub(super) fn start<E, F>(
        name: &str,
        failed: fn(io::Error) -> E,
        serve: impl FnOnce(Started<E>, oneshot::Receiver<()>) -> F + Send + 'static,
    ) -> Result<Self, E>
    where
        E: Send + 'static,
        F: Future<Output = ()>,
    {
        let (started, outcome) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let run = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(serve(started, stopped)),
            // The other end waits for this very message.
            Err(error) => drop(started.send(Err(failed(error)))),
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(run).map_err(failed)?;
        let address = outcome.recv().map_err(|_| failed(io::Error::other("its thread ended")))??;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Fails only when the server is gone already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

/// A port of this machine; 0 is a free one.
pub(super) const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Listens at an address, and says which port that came to be.
///
/// # Errors
/// What the system said.
pub(super) async fn listen(asked: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(asked).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
