package io.kvapp.etcd.doctor;

import io.kvapp.etcd.settings.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS of the JDK with the files that credentials name, for what is asked over HTTP.
 *
 * <p>All methods may be called from any thread.
 */
final class PemContext {
  /** A key store in memory wants one. */
  private static final char[] PASSWORD = "memory".toCharArray();

  private PemContext() {}

  /** What connections are made with; trusts what the JDK trusts where the credentials name none. */
  static SSLContext of(Credentials credentials) throws IOException, GeneralSecurityException {
    TrustManager[] trusted = null;
    KeyManager[] own = null;
    if (credentials.ca().isPresent()) {
      KeyStore store = empty();
      for (Certificate each : certificates(credentials.ca().get())) {
        store.setCertificateEntry("issuer " + store.size(), each);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      trusted = factory.getTrustManagers();
    }
    if (credentials.certificate().isPresent()) {
      KeyStore store = empty();
      Certificate[] chain = certificates(credentials.certificate().get());
      String algorithm = chain[0].getPublicKey().getAlgorithm();
      PrivateKey key = key(credentials.key().orElseThrow(), algorithm);
      store.setKeyEntry("own", key, PASSWORD, chain);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, PASSWORD);
      own = factory.getKeyManagers();
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own, trusted, null);
    return context;
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, PASSWORD);
    return store;
  }

  private static Certificate[] certificates(Path file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(in)
          .toArray(new Certificate[0]);
    }
  }

  private static PrivateKey key(Path file, String algorithm)
      throws IOException, GeneralSecurityException {
    String base64 = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
    PKCS8EncodedKeySpec key = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
    return KeyFactory.getInstance(algorithm).generatePrivate(key);
  }
}
