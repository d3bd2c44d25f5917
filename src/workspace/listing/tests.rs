use super::super::index;
use super::*;

#[derive(Default)]
struct Told {
    messages: Vec<ListedMessage>,
}

impl Account for Told {
    fn found(&mut self, messages: Vec<ListedMessage>, _done: usize, _of: usize) {
        self.messages.extend(messages);
    }

    fn is_stopped(&self) -> bool {
        false
    }
}

struct Place {
    folder: tempfile::TempDir,
    indexes: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), indexes: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, octets: &[u8]) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, octets).unwrap();
    }

    fn list(&self) -> (Vec<ListedMessage>, Listing) {
        let (mut told, mut index) = (Told::default(), Index::open(self.indexes.path(), self.folder.path()));
        let listing = list(self.folder.path(), &Limits::DEFAULT, &mut index, &mut told).unwrap();
        index.save().unwrap();
        (told.messages, listing)
    }

    fn index(&self) -> PathBuf {
        fs::read_dir(self.indexes.path()).unwrap().next().unwrap().unwrap().path()
    }
}

fn mixed() -> Place {
    let place = Place::new();
    place.write("Maildir/new/1:2,S", b"From: a@a.example\nTo: b@b.example, c@c.example\n\nOne\n");
    let transaction = b"MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nSubject: x\r\n\r\n1\r\n.\r\n";
    place.write("two.bsmtp", &transaction.repeat(2));
    place.write("old.mbox", b"From a@a Mon Jan  1 00:00:00 2024\nFrom: d@d.example\n\nx\n\nFrom b@b Mon Jan  1 00:00:00 2024\nTo: e@e.example\n\ny\n");
    place.write("noise", b"\x00\x01");
    place
}

fn words(messages: &[ListedMessage]) -> Vec<String> {
    let word = |one: &ListedMessage| {
        let octets = one.at.read(&Limits::DEFAULT).unwrap().octets().len();
        let to: Vec<String> = one.forward_paths.iter().map(ToString::to_string).collect();
        format!("{}: {} to {}, {:?}, {octets}", one.name, one.reverse_path, to.join(" "), one.origin)
    };
    messages.iter().map(word).collect()
}

#[test]
fn what_a_folder_holds_is_listed_and_the_rest_named() {
    let (messages, listing) = mixed().list();
    let names: Vec<&str> = messages.iter().map(|message| message.name.as_str()).collect();
    assert_eq!(names, ["1:2,S", "old (1)", "old (2)", "two (1)", "two (2)"]);
    assert_eq!((listing.messages, listing.passed_over), (5, 1));
    assert!(listing.problems[0].sentence.contains("noise: it is no message"), "{:?}", listing.problems);
}

#[test]
fn a_folder_that_was_listed_is_listed_from_the_index_alike() {
    let place = mixed();
    let (first, listing) = place.list();
    assert_eq!(listing.known, 0);
    let (second, listing) = place.list();
    assert_eq!((listing.known, listing.passed_over), (4, 1));
    assert_eq!(words(&first), words(&second));
}

#[test]
fn a_file_that_changed_is_read_again_and_one_that_is_gone_is_forgotten() {
    let place = mixed();
    place.list();
    place.write("Maildir/new/1:2,S", b"From: z@z.example\nTo: b@b.example\n\nAnother\n");
    fs::remove_file(place.folder.path().join("two.bsmtp")).unwrap();
    let (messages, listing) = place.list();
    assert_eq!((listing.known, messages.len()), (2, 3));
    assert_eq!(messages[0].reverse_path.to_string(), "z@z.example");
    let (_, listing) = place.list();
    assert_eq!(listing.known, 3);
}

#[cfg(unix)]
#[test]
fn an_index_is_written_again_only_where_it_says_anything_new() {
    use std::os::unix::fs::MetadataExt as _;
    let place = mixed();
    // More recipients than are kept: it is read each time.
    let many: Vec<String> = (0..60).map(|number| format!("b{number}@b.example")).collect();
    place.write("many.eml", format!("From: a@a.example\nTo: {}\n\nOne\n", many.join(", ")).as_bytes());
    let file = || fs::metadata(place.index()).unwrap().ino();
    place.list();
    let first = file();
    let (_, listing) = place.list();
    assert_eq!((listing.known, file()), (4, first));
    place.write("another.eml", b"From: a@a.example\nTo: b@b.example\n\nTwo\n");
    place.list();
    assert_ne!(file(), first);
}

#[test]
fn a_damaged_index_is_not_used_and_made_anew() {
    let place = mixed();
    let (first, _) = place.list();
    let whole = fs::read(place.index()).unwrap();
    let cut = whole[..whole.len() / 2].to_vec();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let place_in = whole.len() - 40;
    let mut changed = whole.clone();
    changed[place_in] ^= 1;
    let other_version = String::from_utf8(whole.clone()).unwrap().replace("index 1", "index 9").into_bytes();
    for damaged in [cut, flipped, changed, other_version, b"".to_vec(), vec![0xff; 5_000]] {
        fs::write(place.index(), &damaged).unwrap();
        let (again, listing) = place.list();
        assert_eq!((listing.known, words(&again)), (0, words(&first)));
        assert_eq!(place.list().1.known, 4, "made anew");
    }
}

#[cfg(unix)]
#[test]
fn an_index_is_read_by_its_owner_alone_and_names_no_subject() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    place.write("a.eml", b"From: a@a.example\nTo: b@b.example\nSubject: about a patient\n\nText\n");
    place.list();
    let mode = fs::metadata(place.index()).unwrap().permissions().mode();
    let text = fs::read_to_string(place.index()).unwrap();
    assert_eq!(mode & 0o777, 0o600);
    assert!(text.contains("a@a.example") && !text.contains("patient") && !text.contains("Text"), "{text}");
    assert_eq!(index::clear(place.indexes.path()).unwrap(), 1);
    assert_eq!(place.list().1.known, 0);
}

#[test]
fn a_header_longer_than_the_first_look_is_read_whole() {
    let place = Place::new();
    let long = format!("Received: {}\n", "x".repeat(900)).repeat(40);
    place.write("a.eml", format!("{long}From: a@a.example\nTo: b@b.example\n\nText\n").as_bytes());
    assert_eq!(place.list().0[0].reverse_path.to_string(), "a@a.example");
}
