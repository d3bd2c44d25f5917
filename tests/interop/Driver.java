// BouncyCastle as a peer: reads one job a line from standard input, answers each with one line.
//
//   java -cp bcmail.jar:bcpkix.jar:bcprov.jar:bcutil.jar:javax.mail.jar:javax.activation.jar Driver.java KEYS
//
// KEYS is the folder of NAME.p12 and of root.pem. A job is a verb and NAME=VALUE members, all separated by tabs; values
// that are files are paths. The answer is "ok", or "error " and BouncyCastle's own words.

import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.spec.MGF1ParameterSpec;
import java.util.*;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.mail.Session;
import javax.mail.internet.*;
import org.bouncycastle.asn1.*;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.*;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.*;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.mail.smime.*;
import org.bouncycastle.operator.*;
import org.bouncycastle.operator.jcajce.*;

public class Driver {
    static final char[] PASSPHRASE = "interop".toCharArray();
    static Path keys;

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        keys = Path.of(arguments[0]);
        System.setProperty("mail.mime.cachemultipart", "false");
        BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = System.out;
        // What a library prints must not be taken for an answer.
        System.setOut(System.err);
        answers.println("BouncyCastle " + new BouncyCastleProvider().getVersionStr() + ", Java " + System.getProperty("java.version"));
        for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
            answers.println(answer(line));
        }
    }

    static String answer(String line) {
        String[] words = line.split("\t");
        Map<String, String> job = new HashMap<>();
        for (int i = 1; i < words.length; i++) {
            int place = words[i].indexOf('=');
            job.put(words[i].substring(0, place), words[i].substring(place + 1));
        }
        try {
            byte[] in = Files.readAllBytes(Path.of(job.get("in")));
            Files.write(Path.of(job.get("out")), run(words[0], job, in));
            return "ok";
        } catch (Throwable error) {
            StringBuilder text = new StringBuilder("error ");
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                text.append(cause == error ? "" : ": ").append(cause);
            }
            return text.toString().replaceAll("[\\r\\n\\t]+", " ");
        }
    }

    static byte[] run(String verb, Map<String, String> job, byte[] in) throws Exception {
        switch (verb) {
            case "sign": return sign(job, in);
            case "verify": return verify(in, job.containsKey("content") ? Files.readAllBytes(Path.of(job.get("content"))) : null);
            case "encrypt": return encrypt(job, in);
            case "decrypt": return decrypt(job.get("key"), in);
            case "compress": return compress(in);
            case "uncompress": return new CMSCompressedData(in).getContent(new ZlibExpanderProvider());
            case "mime-make": return mimeMake(in);
            case "mime-read": return mimeRead(job.get("key"), in);
            default: throw new IllegalArgumentException("no such verb: " + verb);
        }
    }

    // Keys

    static KeyStore store(String name) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(keys.resolve(name + ".p12"))) {
            store.load(file, PASSPHRASE);
        }
        return store;
    }

    static PrivateKey key(String name) throws Exception {
        return (PrivateKey) store(name).getKey(name, PASSPHRASE);
    }

    static X509Certificate certificate(String name) throws Exception {
        return (X509Certificate) store(name).getCertificate(name);
    }

    static X509Certificate authority(String name) throws Exception {
        try (InputStream file = Files.newInputStream(keys.resolve(name + ".pem"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file);
        }
    }

    static byte[] keyIdentifier(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue("2.5.29.14");
        return ASN1OctetString.getInstance(ASN1OctetString.getInstance(extension).getOctets()).getOctets();
    }

    // Signatures

    static byte[] sign(Map<String, String> job, byte[] in) throws Exception {
        List<X509CertificateHolder> certificates = new ArrayList<>();
        List<SignerInfoGenerator> signers = new ArrayList<>();
        for (String signer : job.get("signers").split(",")) {
            String[] parts = signer.split(":");
            X509Certificate certificate = certificate(parts[0]);
            certificates.add(new JcaX509CertificateHolder(certificate));
            signers.add(signerInfo(key(parts[0]), certificate, parts[1], job.containsKey("ski"), job.containsKey("noattr")));
        }
        if (!job.containsKey("signeronly")) {
            certificates.add(new JcaX509CertificateHolder(authority("intermediate")));
        }
        boolean opaque = job.containsKey("opaque");
        if (job.containsKey("stream")) {
            CMSSignedDataStreamGenerator generator = new CMSSignedDataStreamGenerator();
            for (SignerInfoGenerator signer : signers) generator.addSignerInfoGenerator(signer);
            generator.addCertificates(new JcaCertStore(certificates));
            generator.setBufferSize(64);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (OutputStream stream = generator.open(out, opaque)) {
                stream.write(in);
            }
            return out.toByteArray();
        }
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        for (SignerInfoGenerator signer : signers) generator.addSignerInfoGenerator(signer);
        generator.addCertificates(new JcaCertStore(certificates));
        return generator.generate(new CMSProcessableByteArray(in), opaque).getEncoded(ASN1Encoding.DER);
    }

    static SignerInfoGenerator signerInfo(PrivateKey key, X509Certificate certificate, String algorithm, boolean ski, boolean bare)
            throws Exception {
        ContentSigner signer = new JcaContentSignerBuilder(algorithm).setProvider("BC").build(key);
        JcaSignerInfoGeneratorBuilder builder =
            new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().setProvider("BC").build());
        builder.setDirectSignature(bare);
        return ski ? builder.build(signer, keyIdentifier(certificate)) : builder.build(signer, certificate);
    }

    static byte[] verify(byte[] in, byte[] content) throws Exception {
        CMSSignedData signed =
            content == null ? new CMSSignedData(in) : new CMSSignedData(new CMSProcessableByteArray(content), in);
        verifySigners(signed);
        return (byte[]) signed.getSignedContent().getContent();
    }

    static void verifySigners(CMSSignedData signed) throws Exception {
        Collection<SignerInformation> signers = signed.getSignerInfos().getSigners();
        if (signers.isEmpty()) throw new CMSException("no signer");
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter().setProvider("BC");
        List<X509Certificate> included = new ArrayList<>();
        for (X509CertificateHolder holder : signed.getCertificates().getMatches(null)) included.add(converter.getCertificate(holder));
        included.add(authority("intermediate"));
        for (SignerInformation signer : signers) {
            @SuppressWarnings("unchecked")
            Collection<X509CertificateHolder> found = signed.getCertificates().getMatches(signer.getSID());
            if (found.isEmpty()) throw new CMSException("the signer's certificate is not included");
            X509Certificate certificate = converter.getCertificate(found.iterator().next());
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate))) {
                throw new CMSException("the signature is not valid");
            }
            path(certificate, included);
        }
    }

    static void path(X509Certificate certificate, List<X509Certificate> included) throws Exception {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(certificate);
        PKIXBuilderParameters parameters =
            new PKIXBuilderParameters(Set.of(new TrustAnchor(authority("root"), null)), target);
        parameters.setRevocationEnabled(false);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(included)));
        CertPathBuilder.getInstance("PKIX", "BC").build(parameters);
    }

    // Envelopes

    static final Map<String, ASN1ObjectIdentifier> CIPHERS = Map.of(
        "aes-128-cbc", CMSAlgorithm.AES128_CBC, "aes-192-cbc", CMSAlgorithm.AES192_CBC,
        "aes-256-cbc", CMSAlgorithm.AES256_CBC, "aes-128-gcm", CMSAlgorithm.AES128_GCM,
        "aes-192-gcm", CMSAlgorithm.AES192_GCM, "aes-256-gcm", CMSAlgorithm.AES256_GCM,
        "3des", CMSAlgorithm.DES_EDE3_CBC, "rc2-128-cbc", CMSAlgorithm.RC2_CBC);

    static byte[] encrypt(Map<String, String> job, byte[] in) throws Exception {
        String cipher = job.get("cipher");
        List<RecipientInfoGenerator> recipients = new ArrayList<>();
        for (String name : job.get("recipients").split(",")) recipients.add(recipient(certificate(name), job));
        OutputEncryptor encryptor = new JceCMSContentEncryptorBuilder(CIPHERS.get(cipher)).setProvider("BC").build();
        if (cipher.endsWith("gcm")) {
            CMSAuthEnvelopedDataGenerator generator = new CMSAuthEnvelopedDataGenerator();
            for (RecipientInfoGenerator recipient : recipients) generator.addRecipientInfoGenerator(recipient);
            CMSAuthEnvelopedData data =
                generator.generate(new CMSProcessableByteArray(in), (OutputAEADEncryptor) encryptor);
            return job.containsKey("stream") ? data.getEncoded() : data.toASN1Structure().getEncoded(ASN1Encoding.DER);
        }
        if (job.containsKey("stream")) {
            CMSEnvelopedDataStreamGenerator generator = new CMSEnvelopedDataStreamGenerator();
            for (RecipientInfoGenerator recipient : recipients) generator.addRecipientInfoGenerator(recipient);
            generator.setBufferSize(64);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (OutputStream stream = generator.open(out, encryptor)) {
                stream.write(in);
            }
            return out.toByteArray();
        }
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        for (RecipientInfoGenerator recipient : recipients) generator.addRecipientInfoGenerator(recipient);
        return generator.generate(new CMSProcessableByteArray(in), encryptor).toASN1Structure().getEncoded(ASN1Encoding.DER);
    }

    static RecipientInfoGenerator recipient(X509Certificate certificate, Map<String, String> job) throws Exception {
        boolean ski = job.containsKey("ski");
        PublicKey key = certificate.getPublicKey();
        if (key.getAlgorithm().equals("RSA")) {
            return transport(certificate, job.get("transport"), ski);
        }
        return agreement(certificate, job, ski);
    }

    static RecipientInfoGenerator transport(X509Certificate certificate, String transport, boolean ski) throws Exception {
        PublicKey key = certificate.getPublicKey();
        if (transport.equals("pkcs1")) {
            return ski
                ? new JceKeyTransRecipientInfoGenerator(keyIdentifier(certificate), key).setProvider("BC")
                : new JceKeyTransRecipientInfoGenerator(certificate).setProvider("BC");
        }
        String digest = Map.of("oaep-sha1", "SHA-1", "oaep-sha256", "SHA-256", "oaep-sha384", "SHA-384", "oaep-sha512", "SHA-512").get(transport);
        AlgorithmIdentifier oaep = new JcaAlgorithmParametersConverter().getAlgorithmIdentifier(
            PKCSObjectIdentifiers.id_RSAES_OAEP,
            new OAEPParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), PSource.PSpecified.DEFAULT));
        return ski
            ? new JceKeyTransRecipientInfoGenerator(keyIdentifier(certificate), oaep, key).setProvider("BC")
            : new JceKeyTransRecipientInfoGenerator(certificate, oaep).setProvider("BC");
    }

    static RecipientInfoGenerator agreement(X509Certificate certificate, Map<String, String> job, boolean ski) throws Exception {
        PublicKey key = certificate.getPublicKey();
        boolean montgomery = key.getAlgorithm().startsWith("X");
        KeyPairGenerator ephemeral = KeyPairGenerator.getInstance(montgomery ? key.getAlgorithm() : "EC", "BC");
        if (!montgomery) ephemeral.initialize(((java.security.interfaces.ECPublicKey) key).getParams());
        KeyPair pair = ephemeral.generateKeyPair();
        ASN1ObjectIdentifier scheme = Map.of(
            "sha1", CMSAlgorithm.ECDH_SHA1KDF, "sha256", CMSAlgorithm.ECDH_SHA256KDF,
            "sha384", CMSAlgorithm.ECDH_SHA384KDF, "sha512", CMSAlgorithm.ECDH_SHA512KDF,
            "cofactor-sha256", CMSAlgorithm.ECCDH_SHA256KDF).get(job.getOrDefault("kdf", "sha256"));
        ASN1ObjectIdentifier wrap = Map.of(
            "128", CMSAlgorithm.AES128_WRAP, "192", CMSAlgorithm.AES192_WRAP, "256", CMSAlgorithm.AES256_WRAP)
            .get(job.get("cipher").replaceAll("[^0-9]", ""));
        JceKeyAgreeRecipientInfoGenerator generator =
            new JceKeyAgreeRecipientInfoGenerator(scheme, pair.getPrivate(), pair.getPublic(), wrap).setProvider("BC");
        return ski ? generator.addRecipient(keyIdentifier(certificate), key) : generator.addRecipient(certificate);
    }

    static byte[] decrypt(String name, byte[] in) throws Exception {
        ASN1ObjectIdentifier kind = org.bouncycastle.asn1.cms.ContentInfo.getInstance(
            ASN1Primitive.fromByteArray(in)).getContentType();
        boolean authenticated = kind.equals(org.bouncycastle.asn1.cms.CMSObjectIdentifiers.authEnvelopedData);
        RecipientInformationStore infos = authenticated
            ? new CMSAuthEnvelopedData(in).getRecipientInfos()
            : new CMSEnvelopedData(in).getRecipientInfos();
        return open(name, infos, authenticated);
    }

    static byte[] open(String name, RecipientInformationStore infos, boolean authenticated) throws Exception {
        X509Certificate certificate = certificate(name);
        PrivateKey key = key(name);
        boolean rsa = key.getAlgorithm().equals("RSA");
        RecipientId id = rsa ? new JceKeyTransRecipientId(certificate) : new JceKeyAgreeRecipientId(certificate);
        RecipientInformation info = infos.get(id);
        if (info == null && !rsa) info = infos.get(new KeyAgreeRecipientId(keyIdentifier(certificate)));
        if (info == null) throw new CMSException("no RecipientInfo names this certificate");
        if (rsa) {
            return info.getContent(authenticated
                ? new JceKeyTransAuthEnvelopedRecipient(key).setProvider("BC")
                : new JceKeyTransEnvelopedRecipient(key).setProvider("BC"));
        }
        // BouncyCastle 1.72 has no recipient of its own for key agreement in AuthEnvelopedData.
        return info.getContent(new JceKeyAgreeEnvelopedRecipient(key).setProvider("BC"));
    }

    static byte[] compress(byte[] in) throws Exception {
        return new CMSCompressedDataGenerator()
            .generate(new CMSProcessableByteArray(in), new ZlibCompressor()).getEncoded();
    }

    // Whole messages, with the MIME of javax.mail

    static byte[] mimeMake(byte[] entity) throws Exception {
        X509Certificate certificate = certificate("alice-rsa");
        SMIMESignedGenerator signing = new SMIMESignedGenerator();
        signing.addSignerInfoGenerator(signerInfo(key("alice-rsa"), certificate, "SHA256withRSA", false, false));
        signing.addCertificates(new JcaCertStore(List.of(
            new JcaX509CertificateHolder(certificate), new JcaX509CertificateHolder(authority("intermediate")))));
        MimeMultipart signed = signing.generate(new MimeBodyPart(new ByteArrayInputStream(entity)));
        MimeBodyPart body = new MimeBodyPart();
        body.setContent(signed);

        SMIMEEnvelopedGenerator encrypting = new SMIMEEnvelopedGenerator();
        encrypting.addRecipientInfoGenerator(new JceKeyTransRecipientInfoGenerator(certificate("bob-rsa")).setProvider("BC"));
        MimeBodyPart enveloped = encrypting.generate(
            body, new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC).setProvider("BC").build());

        MimeMessage message = new MimeMessage(Session.getInstance(new Properties()));
        message.setFrom("alice@a.example");
        message.setRecipients(javax.mail.Message.RecipientType.TO, "bob@b.example");
        message.setContent(enveloped.getContent(), enveloped.getContentType());
        message.saveChanges();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        message.writeTo(out);
        return out.toByteArray();
    }

    static byte[] mimeRead(String name, byte[] in) throws Exception {
        MimeMessage message = new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(in));
        byte[] entity = open(name, new SMIMEEnveloped(message).getRecipientInfos(), false);
        MimeBodyPart body = SMIMEUtil.toMimeBodyPart(entity);
        SMIMESigned signed = new SMIMESigned((MimeMultipart) body.getContent());
        verifySigners(signed);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        signed.getContent().writeTo(out);
        return out.toByteArray();
    }
}
