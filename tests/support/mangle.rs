//! What mail systems do to a message, done to one: each function is written as the system does it, octet by octet.
//!
//! Nothing here knows how the diagnosis works, and nothing of the program is used. `Entity` is the signed part as it lies
//! on the system's disk; what comes back is what it sends on. A system that finds nothing to change changes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What is done, by the name under which the diagnosis is to find it.
pub(crate) struct Mangler {
    pub(crate) name: &'static str,
    /// Which system does it so.
    pub(crate) variant: &'static str,
    pub(crate) change: fn(&[u8]) -> Vec<u8>,
}

const fn mangler(name: &'static str, variant: &'static str, change: fn(&[u8]) -> Vec<u8>) -> Mangler {
    Mangler { name, variant, change }
}

/// Systems that change the signed part; those that quarrel about its bounds are in the tests themselves.
pub(crate) const MANGLERS: &[Mangler] = &[
    mangler("line-ends-lf", "delivery agent on Unix", |entity| replace(entity, b"\r\n", b"\n")),
    mangler("line-ends-lf", "filter that rewrites the body only", |entity| {
        in_body(entity, |body| replace(body, b"\r\n", b"\n"))
    }),
    mangler("final-line-end-added", "server that completes the last line", |entity| [entity, b"\r\n"].concat()),
    mangler("final-line-end-added", "program that adds an empty line and another", |entity| {
        [entity, b"\r\n\r\n"].concat()
    }),
    mangler("final-line-end-removed", "program that strips one", |entity| {
        entity.strip_suffix(b"\r\n").unwrap_or(entity).to_vec()
    }),
    mangler("bare-cr", "line ends translated twice", |entity| replace(entity, b"\r\n", b"\r\r\n")),
    mangler("bare-cr", "the body in the form of old Macintoshes", |entity| {
        in_body(entity, |body| replace(body, b"\r\n", b"\r"))
    }),
    mangler("trailing-blanks-stripped", "editor", strip_trailing_blanks),
    mangler("header-space", "program that writes no blank after the colon", |entity| {
        in_header(entity, |line| replace_first(line, b": ", b":"))
    }),
    mangler("header-space", "program that writes two", |entity| {
        in_header(entity, |line| replace_first(line, b": ", b":  "))
    }),
    mangler("fold-whitespace", "program that folds with a tab", |entity| {
        in_header(entity, |line| replace(line, b"\r\n ", b"\r\n\t"))
    }),
    mangler("header-refolded", "program that unfolds", |entity| {
        in_header(entity, |line| replace(line, b"\r\n ", b" "))
    }),
    mangler("header-refolded", "program that folds before each parameter", |entity| {
        in_header(entity, |line| replace(line, b"; ", b";\r\n\t"))
    }),
    mangler("header-refolded", "program that takes quotation marks away", |entity| {
        in_header(entity, |line| {
            if line.contains(&b'=') {
                line.iter().copied().filter(|octet| *octet != b'"').collect()
            } else {
                line.to_vec()
            }
        })
    }),
    mangler("header-case", "program that keeps names in lower case", |entity| {
        in_header(entity, |line| recase(line, u8::to_ascii_lowercase))
    }),
    mangler("header-case", "program that shouts names", |entity| {
        in_header(entity, |line| recase(line, u8::to_ascii_uppercase))
    }),
    mangler("header-order", "table of fields, written backwards", |entity| in_order(entity, |fields| fields.reverse())),
    mangler("header-order", "table of fields, written by name", |entity| {
        in_order(entity, |fields| fields.sort_by_key(|field| field.to_ascii_lowercase()))
    }),
    mangler("from-escaped", "mbox", |entity| {
        lines(entity, |line| if line.starts_with(b"From ") { [b">", line].concat() } else { line.to_vec() })
    }),
    mangler("dot-stuffed", "stuffing not undone", |entity| {
        lines(entity, |line| if line.starts_with(b".") { [b".", line].concat() } else { line.to_vec() })
    }),
    mangler("dot-unstuffed", "stuffing undone twice", |entity| {
        lines(entity, |line| line.strip_prefix(b".").unwrap_or(line).to_vec())
    }),
    mangler("bom-added", "text saved by a Windows program", |entity| {
        in_texts(entity, |_, body| [b"\xef\xbb\xbf", body].concat())
    }),
    mangler("soft-breaks", "encoder with lines of 72", |entity| {
        in_encoded(entity, "quoted-printable", |body| quoted_printable(&unquoted_printable(body), 72))
    }),
    mangler("soft-breaks", "encoder that joins all it can", |entity| {
        in_encoded(entity, "quoted-printable", |body| replace(body, b"=\r\n", b""))
    }),
    mangler("base64-rewrapped", "encoder with lines of 64", |entity| {
        in_encoded(entity, "base64", |body| base64(&unbase64(body), 64))
    }),
    mangler("base64-rewrapped", "encoder without lines", |entity| {
        in_encoded(entity, "base64", |body| base64(&unbase64(body), usize::MAX))
    }),
    mangler("transfer-encoding-changed", "server whose next hop takes no 8-bit text", |entity| {
        relabelled(entity, "8bit", "quoted-printable", |body| quoted_printable(body, 76))
    }),
    mangler("transfer-encoding-changed", "gateway that makes 8-bit text base64", |entity| {
        relabelled(entity, "8bit", "base64", |body| base64(body, 76))
    }),
    mangler("transfer-encoding-changed", "gateway that decodes text", |entity| {
        relabelled(entity, "quoted-printable", "8bit", unquoted_printable)
    }),
    mangler("charset-recoded", "gateway to a system in Latin-1", |entity| {
        in_texts(entity, |header, body| if encoding_of(header) == "8bit" { latin1(body) } else { body.to_vec() })
    }),
    mangler("charset-recoded", "the same, relabelled", |entity| {
        let body =
            in_texts(entity, |header, body| if encoding_of(header) == "8bit" { latin1(body) } else { body.to_vec() });
        if body == entity { body } else { replace(&body, b"utf-8", b"iso-8859-1") }
    }),
    mangler("unicode-normalised", "database that takes letters apart", |entity| {
        replace(entity, "é".as_bytes(), "e\u{301}".as_bytes())
    }),
    mangler("epilogue-included", "text after the last part", |entity| match inner_close(entity) {
        Some(end) => [&entity[..end], b"\r\nScanned by the gateway.\r\n"].concat(),
        None => entity.to_vec(),
    }),
    mangler("preamble-included", "program that explains MIME", |entity| {
        match entity.windows(4).position(|four| four == b"\r\n\r\n") {
            Some(place) if is_multipart(entity) => {
                [&entity[..place + 4], b"This is a multi-part message in MIME format.\r\n", &entity[place + 4..]]
                    .concat()
            }
            _ => entity.to_vec(),
        }
    }),
    mangler("preamble-included", "program that drops what stands before parts", |entity| {
        replace(entity, b"This is a multi-part message in MIME format.\r\n\r\n", b"")
    }),
    mangler("footer-added", "mailing list", |entity| {
        append_to_last_text(entity, b"_______________\r\ncare mailing list\r\ncare@a.example\r\n")
    }),
    mangler("footer-added", "banner before the text", |entity| {
        in_first_text(entity, |body| [b"CAUTION: this message comes from outside.\r\n\r\n", body].concat())
    }),
    mangler("footer-added", "mailing list that adds a part", |entity| match boundary(entity) {
        Some(boundary) => {
            let close = format!("\r\n--{boundary}--").into_bytes();
            let part = format!("\r\n--{boundary}\r\nContent-Type: text/plain\r\n\r\nlist footer").into_bytes();
            match find(entity, &close) {
                Some(place) => [&entity[..place], &part, &entity[place..]].concat(),
                None => entity.to_vec(),
            }
        }
        None => entity.to_vec(),
    }),
    mangler("lines-broken", "server that cuts at 990 octets", |entity| lines(entity, |line| cut(line, 990, b"\r\n"))),
    mangler("lines-broken", "server that marks the cut", |entity| lines(entity, |line| cut(line, 990, b"!\r\n "))),
    mangler("lines-broken", "gateway that wraps words", |entity| {
        in_texts(entity, |header, body| {
            if encoding_of(header) == "quoted-printable" || encoding_of(header) == "base64" {
                body.to_vec()
            } else {
                lines(body, |line| wrap(line, 72))
            }
        })
    }),
];

/// Every place of `old` becomes `new`.
pub(crate) fn replace(octets: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::new();
    let mut rest = octets;
    while let Some(place) = find(rest, old) {
        replaced.extend_from_slice(&rest[..place]);
        replaced.extend_from_slice(new);
        rest = &rest[place + old.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
}

pub(crate) fn find(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    octets.windows(wanted.len()).position(|window| window == wanted)
}

fn replace_first(octets: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    match find(octets, old) {
        Some(place) => [&octets[..place], new, &octets[place + old.len()..]].concat(),
        None => octets.to_vec(),
    }
}

/// The header with its empty line's CRLF left to the body.
fn split(entity: &[u8]) -> (&[u8], &[u8]) {
    let place = find(entity, b"\r\n\r\n").map_or(entity.len(), |place| place + 2);
    entity.split_at(place)
}

fn fields(header: &[u8]) -> Vec<Vec<u8>> {
    let mut fields: Vec<Vec<u8>> = Vec::new();
    for line in header.split_inclusive(|octet| *octet == b'\n') {
        match fields.last_mut() {
            Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => last.extend_from_slice(line),
            _ => fields.push(line.to_vec()),
        }
    }
    fields
}

/// Each field of the first header, and of that of a wrapped message, folds and line end included.
fn in_header(entity: &[u8], change: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (header, body) = split(entity);
    let changed: Vec<Vec<u8>> = fields(header).iter().map(|field| change(field)).collect();
    let body =
        if is_wrapper(header) { [b"\r\n", in_header(&body[2..], change).as_slice()].concat() } else { body.to_vec() };
    [changed.concat(), body].concat()
}

/// The fields of the first header, and of that of a wrapped message, in another order.
fn in_order(entity: &[u8], order: fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let (header, body) = split(entity);
    let mut fields = fields(header);
    order(&mut fields);
    let body =
        if is_wrapper(header) { [b"\r\n", in_order(&body[2..], order).as_slice()].concat() } else { body.to_vec() };
    [fields.concat(), body].concat()
}

fn is_wrapper(header: &[u8]) -> bool {
    String::from_utf8_lossy(header).to_ascii_lowercase().contains("content-type: message/rfc822")
}

fn in_body(entity: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (header, body) = split(entity);
    [header, b"\r\n", &change(&body[2..])].concat()
}

fn recase(field: &[u8], change: fn(&u8) -> u8) -> Vec<u8> {
    let colon = field.iter().position(|octet| *octet == b':').unwrap();
    field.iter().enumerate().map(|(place, octet)| if place < colon { change(octet) } else { *octet }).collect()
}

/// Each line, without its CRLF, becomes another.
fn lines(entity: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut changed = Vec::new();
    for line in entity.split_inclusive(|octet| *octet == b'\n') {
        let text = line.strip_suffix(b"\r\n").unwrap_or(line);
        changed.extend(change(text));
        changed.extend_from_slice(&line[text.len()..]);
    }
    changed
}

fn strip_trailing_blanks(entity: &[u8]) -> Vec<u8> {
    lines(entity, |line| {
        let kept = line.iter().rposition(|octet| !matches!(octet, b' ' | b'\t')).map_or(0, |last| last + 1);
        line[..kept].to_vec()
    })
}

fn is_multipart(entity: &[u8]) -> bool {
    String::from_utf8_lossy(split(entity).0).to_ascii_lowercase().contains("content-type: multipart/")
}

fn boundary(entity: &[u8]) -> Option<String> {
    let header = String::from_utf8_lossy(split(entity).0).into_owned();
    let (_, rest) = header.split_once("boundary=\"")?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// Where the line of the closing delimiter ends, without its line end.
fn inner_close(entity: &[u8]) -> Option<usize> {
    let close = format!("--{}--", boundary(entity)?).into_bytes();
    Some(find(entity, &close)? + close.len())
}

/// Header and body of every part that is a text, also inside multiparts and wrapped messages.
fn in_texts(entity: &[u8], change: impl Fn(&[u8], &[u8]) -> Vec<u8> + Copy) -> Vec<u8> {
    let (header, body) = split(entity);
    if body.is_empty() {
        return entity.to_vec();
    }
    let body = &body[2..];
    let words = String::from_utf8_lossy(header).to_ascii_lowercase();
    if words.contains("content-type: message/rfc822") {
        return [header, b"\r\n", &in_texts(body, change)].concat();
    }
    let Some(boundary) = boundary(entity) else {
        let is_text = words.contains("content-type: text/") || !words.contains("content-type:");
        return if is_text { [header, b"\r\n", &change(header, body)].concat() } else { entity.to_vec() };
    };
    let mark = format!("--{boundary}").into_bytes();
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some(place) = find(rest, &mark) {
        let (before, after) = rest.split_at(place);
        parts.push(before.to_vec());
        rest = &after[mark.len()..];
    }
    parts.push(rest.to_vec());
    let last = parts.len() - 1;
    for part in &mut parts[1..last] {
        let inside = part[2..part.len() - 2].to_vec();
        *part = [b"\r\n", in_texts(&inside, change).as_slice(), b"\r\n"].concat();
    }
    [header, b"\r\n", &parts.join(mark.as_slice())].concat()
}

fn encoding_of(header: &[u8]) -> &'static str {
    let words = String::from_utf8_lossy(header).to_ascii_lowercase();
    ["quoted-printable", "base64", "8bit"].into_iter().find(|name| words.contains(name)).unwrap_or("7bit")
}

fn in_first_text(entity: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let done = std::cell::Cell::new(false);
    in_texts(
        entity,
        |header, body| {
            if done.replace(true) || encoding_of(header) == "base64" { body.to_vec() } else { change(body) }
        },
    )
}

fn append_to_last_text(entity: &[u8], footer: &[u8]) -> Vec<u8> {
    let count = std::cell::Cell::new(0);
    in_texts(entity, |_, body| {
        count.set(count.get() + 1);
        body.to_vec()
    });
    let last = count.get();
    count.set(0);
    in_texts(entity, |_, body| {
        count.set(count.get() + 1);
        if count.get() < last {
            return body.to_vec();
        }
        let end: &[u8] = if body.ends_with(b"\r\n") { b"" } else { b"\r\n" };
        [body, end, footer].concat()
    })
}

/// The body of the first part, at any depth, that has that transfer encoding.
fn in_encoded(entity: &[u8], encoding: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let label = format!("Content-Transfer-Encoding: {encoding}\r\n").into_bytes();
    let Some(place) = find(entity, &label) else { return entity.to_vec() };
    let start = place + find(&entity[place..], b"\r\n\r\n").unwrap() + 4;
    let end = find(&entity[start..], b"\r\n--=_").map_or(entity.len(), |end| start + end);
    [&entity[..start], &change(&entity[start..end]), &entity[end..]].concat()
}

fn relabelled(entity: &[u8], from: &str, to: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let label = |name: &str| format!("Content-Transfer-Encoding: {name}\r\n").into_bytes();
    replace_first(&in_encoded(entity, from, change), &label(from), &label(to))
}

fn latin1(text: &[u8]) -> Vec<u8> {
    std::str::from_utf8(text)
        .unwrap()
        .chars()
        .map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?'))
        .collect()
}

fn cut(line: &[u8], length: usize, with: &[u8]) -> Vec<u8> {
    line.chunks(length).collect::<Vec<_>>().join(with)
}

/// Words are put on the next line as soon as they no longer fit.
fn wrap(line: &[u8], width: usize) -> Vec<u8> {
    let mut wrapped: Vec<u8> = Vec::new();
    let mut column = 0;
    for word in line.split(|octet| *octet == b' ') {
        if !wrapped.is_empty() {
            let fits = column + 1 + word.len() <= width;
            wrapped.extend_from_slice(if fits { b" " } else { b"\r\n" });
            column = if fits { column + 1 } else { 0 };
        }
        wrapped.extend_from_slice(word);
        column += word.len();
    }
    wrapped
}

pub(crate) fn base64(octets: &[u8], columns: usize) -> Vec<u8> {
    let text = STANDARD.encode(octets);
    let mut lines = text.as_bytes().chunks(columns.min(text.len().max(1))).collect::<Vec<_>>().join(b"\r\n".as_slice());
    lines.extend_from_slice(b"\r\n");
    lines
}

fn unbase64(text: &[u8]) -> Vec<u8> {
    let letters: Vec<u8> = text.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    STANDARD.decode(letters).unwrap()
}

/// As Python's quopri does it: `=` and octets outside 33..126 are escaped, blanks only at the end of a line.
pub(crate) fn quoted_printable(text: &[u8], width: usize) -> Vec<u8> {
    lines(text, |line| {
        let mut pieces: Vec<String> = Vec::new();
        for (place, octet) in line.iter().enumerate() {
            let plain =
                matches!(octet, 33..=126) && *octet != b'=' || matches!(octet, b' ' | b'\t') && place + 1 < line.len();
            pieces.push(if plain { char::from(*octet).to_string() } else { format!("={octet:02X}") });
        }
        let mut out = String::new();
        let mut column = 0;
        for (place, piece) in pieces.iter().enumerate() {
            let last = place + 1 == pieces.len();
            let most = if last { width } else { width - 1 };
            if column + piece.len() > most {
                out.push_str("=\r\n");
                column = 0;
            }
            out.push_str(piece);
            column += piece.len();
        }
        out.into_bytes()
    })
}

fn unquoted_printable(text: &[u8]) -> Vec<u8> {
    let joined = replace(text, b"=\r\n", b"");
    let mut out = Vec::new();
    let mut place = 0;
    while place < joined.len() {
        if joined[place] == b'=' {
            let digits = std::str::from_utf8(&joined[place + 1..place + 3]).unwrap();
            out.push(u8::from_str_radix(digits, 16).unwrap());
            place += 3;
        } else {
            out.push(joined[place]);
            place += 1;
        }
    }
    out
}
