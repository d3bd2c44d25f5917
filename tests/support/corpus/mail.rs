//! Changes that know headers, parameters, delimiters and line ends.

use super::random::Random;

const NAMES: [&str; 14] = [
    "Content-Type",
    "content-type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "From",
    "To",
    "Cc",
    "Sender",
    "Subject",
    "Date",
    "MIME-Version",
    "Reply-To",
    "Message-ID",
    "X-Long",
];

const VALUES: [&str; 24] = [
    "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\"=_hand\"",
    "multipart/mixed; boundary=\"=_hand\"",
    "multipart/mixed; boundary=\"\"",
    "multipart/alternative",
    "message/rfc822",
    "message/partial; number=1; total=2; id=x",
    "message/external-body; access-type=URL; URL=\"http://evil.example/\"",
    "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
    "application/pkcs7-mime; smime-type=signed-data",
    "application/pkcs7-mime; smime-type=compressed-data",
    "application/pkcs7-signature; name*0*=utf-8''%73; name*1=mime.p7s",
    "text/html; charset=utf-7",
    "text/plain; charset*=utf-8'en'%75%00; charset=x",
    "base64",
    "quoted-printable",
    "binary (7bit)",
    "x-uuencode",
    "alice@a.example, \"bob@b.example\" <eve@elsewhere.example>",
    "=?utf-8?Q?alice=40a=2Eexample?= <mallory@m.example>",
    "<@a.example,@b.example:bob@b.example>",
    "undisclosed recipients:;",
    "Mon, 31 Feb 2026 25:61:61 +9999",
    "(((((((((((((((((((((((((((((",
    "\u{202e}\u{0}✔ Trusted",
];

const PARAMETERS: [&str; 12] = [
    "; boundary=x",
    "; boundary=\"=_hand\"",
    "; boundary*0=\"=_\"; boundary*1=hand",
    "; boundary*=utf-8''%3D_hand",
    "; protocol=\"application/pgp-signature\"",
    "; micalg=md5",
    "; micalg=\"sha-256,sha-1\"",
    "; charset=\"",
    "; name=\"../../etc/passwd\"",
    "; smime-type=certs-only",
    "; (comment (nested) \\) x=y",
    ";;;;=;=",
];

/// What servers make of a CRLF.
const LINE_ENDS: [&[u8]; 7] = [b"\n", b"\r", b"\r\r\n", b"\n\r", b"\r\n\r\n", b" \r\n", b""];

/// A field goes, comes twice, gets another name or value, moves, or is new.
pub(crate) fn header(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let (head, body) = head_and_body(octets);
    let mut fields = fields(head);
    let place = random.below(fields.len());
    let new = format!("{}: {}\r\n", random.one_of(&NAMES), random.one_of(&VALUES)).into_bytes();
    match random.below(6) {
        0 if !fields.is_empty() => drop(fields.remove(place)),
        1 if !fields.is_empty() => fields.insert(place, fields[place].clone()),
        2 if !fields.is_empty() => fields[place] = new,
        3 if !fields.is_empty() => {
            let field = fields.remove(place);
            fields.insert(random.below(fields.len() + 1), field);
        }
        4 if !fields.is_empty() => {
            // Folded where no reader expects it.
            let at = random.below(fields[place].len());
            fields[place].splice(at..at, *b"\r\n ");
        }
        _ => fields.insert(place, new),
    }
    [fields.concat(), body.to_vec()].concat()
}

/// A parameter more in some Content-Type.
pub(crate) fn parameter(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let ends: Vec<usize> =
        lines(octets).filter(|(_, line)| is_content_type(line)).map(|(start, line)| start + line.len()).collect();
    if ends.is_empty() {
        return header(octets, random);
    }
    let end = *random.one_of(&ends);
    let stop = end - octets[..end].iter().rev().take_while(|octet| matches!(octet, b'\r' | b'\n' | b';')).count();
    [&octets[..stop], random.one_of(&PARAMETERS).as_bytes(), &octets[stop..]].concat()
}

/// A delimiter line more, less, longer, indented, or made the last.
pub(crate) fn boundary(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let delimiters: Vec<(usize, &[u8])> = lines(octets).filter(|(_, line)| line.starts_with(b"--")).collect();
    if delimiters.is_empty() {
        return nest(octets, random);
    }
    let (start, line) = *random.one_of(&delimiters);
    let text = line.trim_ascii_end();
    let end = start + line.len();
    let made: Vec<u8> = match random.below(8) {
        0 => Vec::new(),
        1 => [text, b"--\r\n"].concat(),
        2 => [text, b"x\r\n"].concat(),
        3 => [b" ", line].concat(),
        4 => [text, b" \t\r\n"].concat(),
        5 => [line, b"\r\n", line].concat(),
        6 => [text, b"\n"].concat(),
        _ => [line, b"Content-Type: text/html\r\n\r\n<img src=\"http://evil.example/\r\n", line].concat(),
    };
    [&octets[..start], &made, &octets[end..]].concat()
}

/// Line ends that some server made of the others.
pub(crate) fn line_ends(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let made = *random.one_of(&LINE_ENDS);
    let every = 1 + random.below(6);
    let mut changed = Vec::with_capacity(octets.len());
    for (number, (_, line)) in lines(octets).enumerate() {
        match line.strip_suffix(b"\r\n") {
            Some(text) if number % every == 0 => changed.extend_from_slice(&[text, made].concat()),
            _ => changed.extend_from_slice(line),
        }
    }
    changed
}

/// The whole thing inside of another, once or very often.
pub(crate) fn nest(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let deep = if random.once_in(10) { 200 } else { 4 };
    let mut nested = octets.to_vec();
    for level in 0..=random.below(deep) {
        let around = match random.below(3) {
            0 => (b"Content-Type: message/rfc822\r\n\r\n".to_vec(), Vec::new()),
            1 => (
                format!("Content-Type: multipart/mixed; boundary=n{level}\r\n\r\n--n{level}\r\n").into_bytes(),
                format!("\r\n--n{level}--\r\n").into_bytes(),
            ),
            _ => (
                format!(
                    "Content-Type: multipart/related; boundary=n{level}\r\n\r\n--n{level}\r\nContent-Type: text/html\r\n\r\n\
                     <img src=\"http://evil.example/\r\n--n{level}\r\n"
                )
                .into_bytes(),
                format!("\r\n--n{level}\r\nContent-Type: text/html\r\n\r\n\">\r\n--n{level}--\r\n").into_bytes(),
            ),
        };
        nested = [around.0, nested, around.1].concat();
        if nested.len() > super::MOST_OCTETS {
            break;
        }
    }
    nested
}

fn is_content_type(line: &[u8]) -> bool {
    line.to_ascii_lowercase().starts_with(b"content-type:")
}

fn head_and_body(octets: &[u8]) -> (&[u8], &[u8]) {
    let end = octets.windows(4).position(|window| window == b"\r\n\r\n").map_or(octets.len(), |place| place + 2);
    octets.split_at(end)
}

fn fields(head: &[u8]) -> Vec<Vec<u8>> {
    let mut fields: Vec<Vec<u8>> = Vec::new();
    for (_, line) in lines(head) {
        match fields.last_mut() {
            Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => last.extend_from_slice(line),
            _ => fields.push(line.to_vec()),
        }
    }
    fields
}

/// Each line with its end, and where it begins.
fn lines(octets: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut start = 0;
    octets.split_inclusive(|octet| *octet == b'\n').map(move |line| {
        start += line.len();
        (start - line.len(), line)
    })
}
