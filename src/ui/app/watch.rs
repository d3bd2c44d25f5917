//! A look at the workspace's files now and then, on a thread of its own: the window draws no frame for it unless another
//! program has changed something.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::workspace::Workspace;
use crate::workspace::jobs::Wake;
use crate::workspace::stamp::Stamp;

/// What is watched: neither keys nor passphrases, which another thread would hold longer than the window does.
type Watched = Mutex<Option<(Workspace, Stamp)>>;

/// The thread that looks. It ends with this.
#[derive(Debug)]
pub(super) struct Watch {
    watched: Arc<Watched>,
    thread: Option<Thread>,
}

impl Watch {
    /// Starts to look every so often, and wakes the window where something differs. Where the system gives no thread nothing
    /// is noticed before the window is used.
    pub(super) fn start(every: Duration, wake: Wake) -> Self {
        let watched = Arc::new(Watched::default());
        let seen = Arc::downgrade(&watched);
        let looking = thread::Builder::new().name("watch".to_owned()).spawn(move || look(&seen, every, &wake));
        Self { watched, thread: looking.ok().map(|looking| looking.thread().clone()) }
    }

    /// What is shown now, and as of when.
    pub(super) fn set(&self, shown: Option<(&Workspace, Stamp)>) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let same = watched.as_ref().map(|(workspace, stamp)| (workspace.root(), *stamp))
            == shown.map(|(workspace, stamp)| (workspace.root(), stamp));
        if !same {
            *watched = shown.map(|(workspace, stamp)| (workspace.clone(), stamp));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It finds nothing to watch any more.
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}

fn look(seen: &Weak<Watched>, every: Duration, wake: &Wake) {
    loop {
        thread::park_timeout(every);
        let Some(watched) = seen.upgrade() else { return };
        let now = watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        drop(watched);
        if now.is_some_and(|(workspace, stamp)| workspace.stamp() != stamp) {
            wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::workspace::party_name;

    #[test]
    fn what_another_program_changes_wakes_the_window_and_nothing_else_does() {
        let home = tempfile::tempdir().unwrap();
        let workspace = Workspace::open_or_create(home.path().join("w")).unwrap();
        let (told, heard) = mpsc::channel();
        let wake: Wake = Arc::new(move || told.send(()).unwrap_or_default());
        let watch = Watch::start(Duration::from_millis(1), wake);
        watch.set(Some((&workspace, workspace.stamp())));
        assert!(heard.recv_timeout(Duration::from_millis(50)).is_err(), "nothing has changed");
        workspace.writer().unwrap().add_party(&party_name("zoe@z.example").unwrap()).unwrap();
        heard.recv_timeout(Duration::from_secs(60)).unwrap();
        watch.set(None);
        drop(watch);
        // Whoever looks has the other end of the channel.
        while heard.recv_timeout(Duration::from_secs(60)).is_ok() {}
        assert_eq!(heard.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    }
}
