#!/usr/bin/env bash
# Makes the samples anew with the openssl program and the keys in keys/; python3 packs the compressed one, because
# distributions build openssl without zlib. Run it in this folder.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

printf 'Content-Type: message/rfc822\r\n\r\n' > "$work/content"
printf 'From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Results\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\nMessage-ID: <1@a.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nAll is well.\r\n' >> "$work/content"

alice=(-signer keys/alice.pem -certfile keys/intermediate.pem)
sign() { openssl cms -sign -binary -md sha256 -outform DER -in "$work/content" "$@"; }
sign "${alice[@]}" -out signed-detached.der
sign "${alice[@]}" -nodetach -signer keys/bob-rsa.pem -out signed-opaque-two-signers.der
sign -signer keys/bob-rsa.pem -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest -out signed-detached-pss.der
openssl crl2pkcs7 -nocrl -certfile keys/alice.pem -certfile keys/intermediate.pem -outform DER -out certs-only.der

# The entity that is encrypted: multipart/signed.
{
  printf 'Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n micalg=sha-256; boundary="=_hand"\r\n\r\n--=_hand\r\n'
  cat "$work/content"
  printf '\r\n--=_hand\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n'
  base64 -w 76 signed-detached.der | sed 's/$/\r/'
  printf -- '--=_hand--\r\n'
} > "$work/entity"
seal() { openssl cms -encrypt -binary -outform DER -in "$work/entity" "$@"; }
seal -aes-256-cbc -out enveloped-ktri.der keys/bob-rsa.pem
seal -aes-128-cbc -out enveloped-oaep.der -recip keys/bob-rsa.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256
seal -aes-256-cbc -out enveloped-kari.der -recip keys/bob-ec.pem -aes256-wrap
seal -aes-256-gcm -out auth-enveloped-gcm.der keys/bob-rsa.pem
seal -aes-128-cbc -stream -indef -out enveloped-ber-streamed.der keys/bob-rsa.pem

python3 - "$work/content" > compressed.der <<'PYTHON'
import sys, zlib

def value(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content

def oid(*octets):
    return value(6, bytes(octets))

pkcs9 = (0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10)
packed = zlib.compress(open(sys.argv[1], "rb").read())
data = oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01)
encapsulated = value(0x30, data + value(0xa0, value(4, packed)))
zlib_algorithm = value(0x30, oid(*pkcs9, 3, 8))
compressed = value(0x30, value(2, b"\0") + zlib_algorithm + encapsulated)
sys.stdout.buffer.write(value(0x30, oid(*pkcs9, 1, 9) + value(0xa0, compressed)))
PYTHON
