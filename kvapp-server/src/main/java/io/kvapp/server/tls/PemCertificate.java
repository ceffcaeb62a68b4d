package io.kvapp.server.tls;

import io.kvapp.KVException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * A certificate chain and its private key in PEM files.
 *
 * <p>Immutable, safe for any thread.
 */
record PemCertificate(Path certificateFile, Path keyFile) implements CertificateSource {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private static final char[] NO_PASSWORD = {};

  private record Block(String label, byte[] content) {}

  @Override
  public X509ExtendedKeyManager read() throws IOException {
    List<X509Certificate> chain = chain();
    PublicKey publicKey = chain.get(0).getPublicKey();
    try {
      PrivateKey privateKey = privateKey(publicKey.getAlgorithm());
      requirePair(publicKey, privateKey);
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, NO_PASSWORD);
      store.setKeyEntry("server", privateKey, NO_PASSWORD, chain.toArray(Certificate[]::new));
      return KeyStoreFile.keyManager(store, NO_PASSWORD);
    } catch (KeyStoreException broken) {
      throw new KVException(
          "the certificates in "
              + certificateFile
              + " are no chain: the server's comes first, and each of the others has signed the one"
              + " before it",
          broken);
    } catch (GeneralSecurityException unusable) {
      throw new KVException(
          "private key "
              + keyFile
              + " cannot be used with certificate "
              + certificateFile
              + ": they are of different kinds, or the key is damaged",
          unusable);
    }
  }

  private List<X509Certificate> chain() throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks(certificateFile)) {
        if (block.label().equals("CERTIFICATE")) {
          ByteArrayInputStream content = new ByteArrayInputStream(block.content());
          chain.add((X509Certificate) factory.generateCertificate(content));
        }
      }
    } catch (CertificateException damaged) {
      throw new KVException("certificate " + certificateFile + " is damaged", damaged);
    }
    if (chain.isEmpty()) {
      throw new KVException(
          "certificate "
              + certificateFile
              + " holds no certificate; it is a PEM file with BEGIN CERTIFICATE in it");
    }
    chain.forEach(certificate -> CertificateDates.warnIfOver(certificateFile, certificate));
    return chain;
  }

  private PrivateKey privateKey(String algorithm) throws IOException, GeneralSecurityException {
    for (Block block : blocks(keyFile)) {
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(block.content()));
        }
        case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
            throw convertible("is in the older form " + block.label());
        case "ENCRYPTED PRIVATE KEY" -> throw convertible("is encrypted");
        default -> {
          // Parameters or certificates, which may stand beside the key.
        }
      }
    }
    throw new KVException(
        "private key " + keyFile + " holds no key; it is a PEM file with BEGIN PRIVATE KEY in it");
  }

  private KVException convertible(String what) {
    return new KVException(
        "private key "
            + keyFile
            + " "
            + what
            + ", and PKCS#8 without encryption is needed; convert it with: openssl pkcs8 -topk8"
            + " -nocrypt -in "
            + keyFile
            + " -out NEW_FILE");
  }

  private static List<Block> blocks(Path file) throws IOException {
    // Each byte is a character here, as there may be comments in any encoding around the blocks.
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), content(matcher.group(2))));
    }
    return blocks;
  }

  /** Empty for text that is not base64, such as the headers of an encrypted key. */
  private static byte[] content(String text) {
    try {
      return Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      return new byte[0];
    }
  }

  private void requirePair(PublicKey publicKey, PrivateKey privateKey)
      throws GeneralSecurityException {
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> publicKey.getAlgorithm();
        };
    byte[] message = certificateFile.toString().getBytes(StandardCharsets.UTF_8);
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(privateKey);
    signature.update(message);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(message);
    if (!signature.verify(signed)) {
      throw new KVException(
          "private key " + keyFile + " is not the key of certificate " + certificateFile);
    }
  }
}
