//! Five shapes of mail to be signed, each with what mail systems like to change in it.

use super::mangle;

/// A shape and its octets, CRLF throughout.
pub(crate) fn shapes() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("text", text()),
        ("nested multipart", nested()),
        ("8-bit", eight_bit()),
        ("base64 PDF", pdf()),
        ("wrapped", wrapped()),
    ]
}

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn text() -> Vec<u8> {
    let long = "It is a truth that long lines are broken somewhere. ".repeat(44);
    crlf(&format!(
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=\"us-ascii\";\n format=flowed; delsp=no\n\
         Content-Disposition: inline\n\n\
         Dear Bob,\n\nthe results are well, \nall of them.\n\nFrom Monday on the ward is closed.\n.profile is a file\n\
         ..and this line has two dots\n\n{}\n\n-- \nAlice\nWard 7\n",
        long.trim_end()
    ))
}

/// With a preamble, quoted-printable and HTML in an alternative, and an attached text.
fn nested() -> Vec<u8> {
    let plain = mangle::quoted_printable(
        crlf("Grüße, Bob!\n\nThe é in café is one letter; this sentence goes on until it needs a soft break or two, = and all.\nFrom here on it is short.\n").as_slice(),
        76,
    );
    [
        crlf(
            "Content-Type: multipart/mixed;\n boundary=\"=_outer\"\n\nThis is a multi-part message in MIME format.\n\n\
             --=_outer\nContent-Type: multipart/alternative; boundary=\"=_inner\"\n\n\
             --=_inner\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n",
        ),
        plain,
        crlf(
            "\n--=_inner\nContent-Type: text/html; charset=us-ascii\n\n<html><body>\n<p>All is well.</p>\n</body></html>\n\
             --=_inner--\n\n--=_outer\nContent-Type: text/csv; name=\"results.csv\"\nContent-Disposition: attachment\n\n\
             day,value\n1,17\n2,16\n.3,15\n\n--=_outer--\n",
        ),
    ]
    .concat()
}

fn eight_bit() -> Vec<u8> {
    crlf(
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\
         Lieber Jürgen,\n\ndas Café öffnet um acht. Die Größe paßt, und é bleibt é.\nFrom Zürich with love\n.ß\n\n\
         Dies ist eine etwas längere Zeile, die ein Gateway in zwei Zeilen bräche, wenn es Wörter umbricht.\n-- \nZoë\n",
    )
}

fn pdf() -> Vec<u8> {
    let content: Vec<u8> = (0..3000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    [
        crlf(
            "Content-Type: application/pdf;\n name=\"report.pdf\"\nContent-Transfer-Encoding: base64\n\
             Content-Disposition: attachment; filename=\"report.pdf\"\n\n",
        ),
        mangle::base64(&[b"%PDF-1.7\n".as_slice(), &content].concat(), 76),
    ]
    .concat()
}

fn wrapped() -> Vec<u8> {
    crlf(
        "Content-Type: message/rfc822\n\n\
         Received: from ward.a.example (ward.a.example [192.0.2.7])\n by mx.a.example; Mon, 1 Jun 2026 11:59:01 +0000\n\
         From: Alice <alice@a.example>\nTo: Bob <bob@b.example>,\n Carol <carol@b.example>\nSubject: Results of the week\n\
         Date: Mon, 1 Jun 2026 11:59:00 +0000\nMessage-ID: <1@a.example>\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=\"us-ascii\"\n\n\
         Dear Bob,\n\nall is well.\nFrom Monday on, too.\n.dotted\n\n-- \nAlice\n",
    )
}
