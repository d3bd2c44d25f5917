//! Who else on this computer may read private keys, or change whom the workspace trusts.
//!
//! What is written here is for the owner alone; a copy, an unpacked archive or a shared folder need not be. It is told
//! and not refused: the owner may have meant it, and a workspace that does not open helps nobody. A file that nobody else
//! can reach, because a folder above it is closed, gives no reason to warn.

use std::path::{Path, PathBuf};

use super::error::{Problem, path_text};

/// What other people of this computer can do with the things they can reach.
#[derive(Debug, Default)]
struct Exposed {
    keys: Vec<PathBuf>,
    writable: Vec<PathBuf>,
    foreign: Vec<PathBuf>,
}

/// Why a file with a secret in it is not as secret as it should be, and what to do; `None` where nobody else can read it.
/// Systems without Unix permissions are not looked at.
#[must_use]
pub fn exposed_file(path: &Path) -> Option<String> {
    let open = system::is_reachable(path.parent()?) && system::rights(path)?.read_by_others;
    let shown = path_text(path);
    open.then(|| format!("{shown} can be read by other users of this computer; close it with: chmod 600 {shown}"))
}

/// Looks at a workspace as it is opened: one problem for each kind of right that somebody else has.
pub(super) fn exposed(root: &Path) -> Vec<Problem> {
    if !system::is_reachable(root) {
        return Vec::new();
    }
    let mut exposed = Exposed::default();
    exposed.look(root, 0);
    exposed.problems(root)
}

// `parties/<name>/anchors/incoming/<file>` is the deepest that anything of a workspace lies.
const DEEPEST: usize = 5;

impl Exposed {
    fn look(&mut self, path: &Path, depth: usize) {
        let Some(rights) = system::rights(path) else { return };
        let is_key =
            path.extension().is_some_and(|ending| super::load::KEY_ENDINGS.iter().any(|known| ending == *known));
        if rights.is_folder || !is_key {
            self.writable.extend(rights.written_by_others.then(|| path.to_owned()));
        } else {
            let open = rights.read_by_others || rights.written_by_others;
            self.keys.extend(open.then(|| path.to_owned()));
        }
        self.foreign.extend(rights.foreign.then(|| path.to_owned()));
        if rights.is_folder && rights.entered_by_others && depth < DEEPEST {
            // What cannot be listed is told by who needs what is in it.
            for inside in super::store::list(path, &mut Vec::new()) {
                self.look(&inside, depth.saturating_add(1));
            }
        }
    }

    fn problems(&self, root: &Path) -> Vec<Problem> {
        let folder = path_text(root);
        let remedy = format!("close the workspace with: chmod -R go-rwx {folder}");
        let told = [
            (&self.keys, "private key", "can be read or replaced by other users of this computer", remedy.clone()),
            (
                &self.writable,
                "place",
                "can be written by other users of this computer, who can change what is trusted here",
                remedy,
            ),
            (
                &self.foreign,
                "place",
                "belongs to another user of this computer, who can change what is trusted here",
                format!("make it your own with: chown -R $USER {folder}"),
            ),
        ];
        let problem = |(places, noun, what, remedy): &(&Vec<PathBuf>, &str, &str, String)| {
            let first = places.first()?;
            let more = match places.len().saturating_sub(1) {
                0 => String::new(),
                more => format!(" (and {} like it)", crate::finding::counted(more, &format!("more {noun}"))),
            };
            let sentence = format!("{}{more} {what}; {remedy}", path_text(first));
            Some(Problem { path: root.to_owned(), sentence })
        };
        told.iter().filter_map(problem).collect()
    }
}

/// What the permissions of one file or folder come to.
struct Rights {
    is_folder: bool,
    read_by_others: bool,
    written_by_others: bool,
    entered_by_others: bool,
    foreign: bool,
}

#[cfg(unix)]
mod system {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::path::Path;

    use super::Rights;

    // Of group and others; lists of single users and groups (ACLs) show their widest right as the group's.
    const READ: u32 = 0o044;
    const WRITE: u32 = 0o022;
    const ENTER: u32 = 0o011;
    pub(super) fn rights(path: &Path) -> Option<Rights> {
        let found = fs::metadata(path).ok()?;
        let mode = found.permissions().mode();
        let (owner, own) = (found.uid(), rustix::process::geteuid().as_raw());
        Some(Rights {
            is_folder: found.is_dir(),
            read_by_others: mode & READ != 0,
            written_by_others: mode & WRITE != 0,
            entered_by_others: mode & ENTER != 0,
            // The administrator can do everything anyway.
            foreign: owner != own && owner != 0,
        })
    }

    /// Whether somebody else can enter a folder and every one above it.
    pub(super) fn is_reachable(folder: &Path) -> bool {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Ok(whole) = here.canonicalize() else { return false };
        whole.ancestors().all(|folder| fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & ENTER != 0))
    }
}

#[cfg(not(unix))]
mod system {
    use std::path::Path;

    use super::Rights;

    pub(super) const fn rights(_: &Path) -> Option<Rights> {
        None
    }

    pub(super) const fn is_reachable(_: &Path) -> bool {
        false
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn workspace() -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        set(home.path(), 0o755);
        let root = home.path().join("workspace");
        let (keys, anchors) = (root.join("parties/a.example/keys"), root.join("parties/a.example/anchors/incoming"));
        fs::create_dir_all(&keys).unwrap();
        fs::create_dir_all(&anchors).unwrap();
        for (file, mode) in
            [(keys.join("a.p12"), 0o600), (keys.join("b.p12"), 0o600), (anchors.join("root.pem"), 0o644)]
        {
            fs::write(&file, "x").unwrap();
            set(&file, mode);
        }
        (home, root)
    }

    fn sentences(root: &Path) -> Vec<String> {
        exposed(root).into_iter().map(|problem| problem.sentence).collect()
    }

    #[test]
    fn a_workspace_that_others_may_look_into_is_no_problem_as_long_as_its_keys_are_closed() {
        let (_home, root) = workspace();
        assert_eq!(sentences(&root), Vec::<String>::new());
    }

    #[test]
    fn keys_that_others_can_read_are_told_once_with_the_place_and_the_remedy() {
        let (_home, root) = workspace();
        let keys = root.join("parties/a.example/keys");
        set(&keys.join("a.p12"), 0o640);
        set(&keys.join("b.p12"), 0o604);
        let told = sentences(&root);
        let [only] = told.as_slice() else { panic!("{told:?}") };
        let start = format!("{} (and 1 more private key like it) can be read", keys.join("a.p12").display());
        assert!(only.starts_with(&start) && only.ends_with(&format!("chmod -R go-rwx {}", root.display())), "{only}");
        assert!(exposed_file(&keys.join("a.p12")).unwrap().contains("chmod 600 "));
    }

    #[test]
    fn a_place_of_trust_that_others_can_write_is_told() {
        let (_home, root) = workspace();
        set(&root.join("parties/a.example/anchors/incoming"), 0o777);
        let told = sentences(&root);
        assert!(matches!(told.as_slice(), [only] if only.contains("anchors/incoming can be written by other users")));
        set(&root.join("parties/a.example/anchors/incoming"), 0o755);
        set(&root.join("parties/a.example/anchors/incoming/root.pem"), 0o666);
        assert!(sentences(&root).iter().any(|told| told.contains("root.pem can be written")));
    }

    #[test]
    fn what_lies_behind_a_closed_folder_is_out_of_reach_and_not_told() {
        let (home, root) = workspace();
        let key = root.join("parties/a.example/keys/a.p12");
        set(&key, 0o666);
        for closed in [root.join("parties"), root.clone(), home.path().to_owned()] {
            set(&closed, 0o700);
            assert_eq!(sentences(&root), Vec::<String>::new(), "{}", closed.display());
            assert_eq!(exposed_file(&key), None);
            set(&closed, 0o755);
        }
        assert_eq!(sentences(&root).len(), 1);
    }
}
