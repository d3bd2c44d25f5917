#!/usr/bin/env python3
"""Makes the messages beside it: `python3 make.py`, with pyca/cryptography and the openssl program installed.

None of the other programs agrees on keys by X25519. Here the envelope is written by RFC 5652 and RFC 8418 directly, over
pyca's X25519, HKDF, AES key wrap and AES-CBC; the signature in it is by `openssl cms`.
"""
import base64
import os
import pathlib
import subprocess
import tempfile

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import SubjectKeyIdentifier, load_pem_x509_certificate

HERE = pathlib.Path(__file__).parent
KEYS = HERE.parent / "keys"
CRLF = b"\r\n"


def der(tag, *parts):
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def oid(dotted):
    numbers = [int(number) for number in dotted.split(".")]
    content = bytes([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        seven = [number & 0x7F]
        while number := number >> 7:
            seven.append(number & 0x7F | 0x80)
        content += bytes(reversed(seven))
    return der(6, content)


def integer(number):
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def signed():
    """The entity that openssl signs as Alice."""
    message = (
        b"From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Results\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\n"
        b"Message-ID: <1@a.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nAll is well.\r\n"
    )
    content = b"Content-Type: message/rfc822\r\n\r\n" + message
    with tempfile.TemporaryDirectory() as folder:
        run = lambda *words, **more: subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, **more)
        run("pkcs12", "-in", str(KEYS.resolve() / "alice-rsa.p12"), "-passin", "pass:interop", "-nodes", "-out", "alice.pem")
        signing = ["cms", "-sign", "-binary", "-outform", "DER", "-md", "sha256", "-signer", "alice.pem"]
        cms = run(*signing, "-certfile", str(KEYS.resolve() / "intermediate.pem"), input=content).stdout
    head = (
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n micalg=sha-256; '
        b'boundary="=_interop"\r\n\r\n--=_interop\r\n'
    )
    tail = (
        b"\r\n--=_interop\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head + content + tail + lines(cms) + b"--=_interop--\r\n"


def lines(octets):
    text = base64.b64encode(octets)
    return b"".join(text[place : place + 76] + CRLF for place in range(0, len(text), 76))


def envelope(content, ukm, by_key_id):
    opening = ["openssl", "pkcs12", "-in", str(KEYS / "bob-x25519.p12"), "-passin", "pass:interop", "-nokeys", "-clcerts"]
    bob = load_pem_x509_certificate(subprocess.run(opening, check=True, capture_output=True).stdout)
    ephemeral = X25519PrivateKey.generate()
    point = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = ephemeral.exchange(bob.public_key())
    wrap = der(0x30, oid("2.16.840.1.101.3.4.1.45"))
    # ECC-CMS-SharedInfo, RFC 5753 section 7.2; with ukm it is the salt, too, RFC 8418 section 2.2.
    party = der(0xA0, der(4, ukm)) if ukm else b""
    info = der(0x30, wrap, party, der(0xA2, der(4, (256).to_bytes(4, "big"))))
    wrapping_key = HKDF(hashes.SHA256(), 32, ukm, info).derive(shared)
    content_key, vector = os.urandom(32), os.urandom(16)
    if by_key_id:
        key_id = bob.extensions.get_extension_for_class(SubjectKeyIdentifier).value.digest
        name = der(0xA0, der(4, key_id))
    else:
        name = der(0x30, bob.issuer.public_bytes(), integer(bob.serial_number))
    agreement = der(
        0xA1,
        integer(3),
        der(0xA0, der(0xA1, der(0x30, oid("1.3.101.110")), der(3, b"\0", point))),
        der(0xA1, der(4, ukm)) if ukm else b"",
        der(0x30, oid("1.2.840.113549.1.9.16.3.19"), wrap),
        der(0x30, der(0x30, name, der(4, aes_key_wrap(wrapping_key, content_key)))),
    )
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(content_key), modes.CBC(vector)).encryptor()
    ciphertext = encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
    cipher = der(0x30, oid("2.16.840.1.101.3.4.1.42"), der(4, vector))
    encrypted = der(0x30, oid("1.2.840.113549.1.7.1"), cipher, der(0x80, ciphertext))
    data = der(0x30, integer(2), der(0x31, agreement), encrypted)
    return der(0x30, oid("1.2.840.113549.1.7.3"), der(0xA0, data))


def message(cms):
    head = (
        b"From: alice@a.example\r\nTo: bob@b.example\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\n"
        b"Message-ID: <2@a.example>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head + lines(cms)


entity = signed()
(HERE / "x25519.eml").write_bytes(message(envelope(entity, None, False)))
(HERE / "x25519-ukm-key-id.eml").write_bytes(message(envelope(entity, os.urandom(16), True)))
