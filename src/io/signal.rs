//! Ctrl+C and the system's request to end.

use std::io;
use std::thread;

/// Calls `act` once when the program is asked to end; until then the program does not end by itself.
///
/// # Errors
/// The system's refusal to start a thread or to hand over its signals.
pub fn on_interrupt(act: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let wait = move || {
        runtime.block_on(interrupt());
        act();
    };
    thread::Builder::new().name("interrupt".to_owned()).spawn(wait).map(drop)
}

#[cfg(unix)]
async fn interrupt() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return ctrl_c().await };
    tokio::select! {
        () = ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn interrupt() {
    ctrl_c().await;
}

// Where the system does not hand the signal over, its usual effect, ending the program, stays.
async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
