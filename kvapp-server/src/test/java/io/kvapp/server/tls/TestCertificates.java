package io.kvapp.server.tls;

import io.kvapp.server.file.OwnerOnlyFile;
import io.kvapp.server.settings.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate, by default for {@code localhost}, made by the JDK's keytool. */
public final class TestCertificates {
  static final String PASSWORD = "a store password";
  private static final String ALIAS = "server";

  private final Path keyStore;
  private final KeyStore store;

  private TestCertificates(Path keyStore, KeyStore store) {
    this.keyStore = keyStore;
    this.store = store;
  }

  public static TestCertificates make(Path folder, String name, String... keyOptions)
      throws Exception {
    Path file = folder.resolve(name + ".p12");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-alias",
                ALIAS,
                "-dname",
                "CN=" + name,
                "-validity",
                "2"));
    command.addAll(List.of(keyOptions));
    if (!command.contains("-ext")) {
      command.addAll(List.of("-ext", "san=dns:localhost,ip:127.0.0.1"));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IllegalStateException("keytool failed: " + output);
    }
    return new TestCertificates(file, KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray()));
  }

  Path keyStore() {
    return keyStore;
  }

  String certificatePem() throws GeneralSecurityException {
    return pem("CERTIFICATE", certificate().getEncoded());
  }

  String keyPem() throws GeneralSecurityException {
    Key key = store.getKey(ALIAS, PASSWORD.toCharArray());
    return pem("PRIVATE KEY", key.getEncoded());
  }

  X509Certificate certificate() throws GeneralSecurityException {
    return (X509Certificate) store.getCertificate(ALIAS);
  }

  /** The settings of PEM files with this certificate and key. */
  public TlsSettings pemFiles(Path folder) throws IOException, GeneralSecurityException {
    Path certificate = folder.resolve("server.crt");
    Path key = folder.resolve("server.key");
    OwnerOnlyFile.replace(certificate, certificatePem().getBytes());
    OwnerOnlyFile.replace(key, keyPem().getBytes());
    return TlsSettings.pem(certificate, key);
  }

  /** What a client has that trusts these certificates. */
  public static SSLContext trusting(TestCertificates... trusted) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int index = 0; index < trusted.length; index++) {
      store.setCertificateEntry("trusted" + index, trusted[index].certificate());
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  private static String pem(String label, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
  }
}
