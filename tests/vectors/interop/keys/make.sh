#!/bin/sh
# Makes the keys and certificates that the interoperability vectors are for, in this folder: `sh make.sh`.
# Needs the openssl program, 3.0 or later. Every vector has to be made again after it (see ../PROVENANCE.md).
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
days=8000

key() { # NAME KIND
  case $2 in
    rsa) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/$1.key" ;;
    p*) openssl genpkey -quiet -algorithm EC -pkeyopt "ec_paramgen_curve:P-${2#p}" -out "$work/$1.key" ;;
    *) openssl genpkey -quiet -algorithm "$2" -out "$work/$1.key" ;;
  esac
  openssl pkey -in "$work/$1.key" -pubout -out "$work/$1.pub"
}

certificate() { # NAME ISSUER EXTENSIONS
  printf '%s\n' "$3" > "$work/$1.cnf"
  if [ "$1" = "$2" ]; then
    openssl x509 -new -subj "/O=Sealscope interop/CN=$1" -key "$work/$1.key" -extfile "$work/$1.cnf" \
      -days "$days" -sha256 -out "$work/$1.crt"
  else
    openssl x509 -new -subj "/O=Sealscope interop/CN=$1" -force_pubkey "$work/$1.pub" -CA "$work/$2.crt" \
      -CAkey "$work/$2.key" -extfile "$work/$1.cnf" -days "$days" -sha256 -out "$work/$1.crt"
  fi
}

authority() { # NAME ISSUER
  key "$1" rsa
  certificate "$1" "$2" "basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always"
  cp "$work/$1.crt" "$1.pem"
}

person() { # NAME KIND ADDRESS USAGE
  key "$1" "$2"
  certificate "$1" intermediate "basicConstraints = CA:FALSE
keyUsage = critical, $4
extendedKeyUsage = emailProtection
subjectAltName = email:$3
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always"
  openssl pkcs12 -export -name "$1" -inkey "$work/$1.key" -in "$work/$1.crt" -certfile intermediate.pem \
    -passout pass:interop -out "$1.p12"
}

authority root root
authority intermediate root
person alice-rsa rsa alice@a.example digitalSignature,keyEncipherment
for curve in p256 p384 p521; do
  person "alice-$curve" "$curve" alice@a.example digitalSignature,keyAgreement
  person "bob-$curve" "$curve" bob@b.example digitalSignature,keyAgreement
done
person alice-ed25519 ed25519 alice@a.example digitalSignature
person bob-rsa rsa bob@b.example digitalSignature,keyEncipherment
person bob-x25519 x25519 bob@b.example keyAgreement
person carol-rsa rsa carol@b.example digitalSignature,keyEncipherment
