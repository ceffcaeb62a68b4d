package io.kvapp.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.server.SteppedClock;
import io.kvapp.server.settings.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PemCertificateTest {
  @TempDir private static Path made;
  private static TestCertificates rsa;
  private static TestCertificates otherRsa;
  private static TestCertificates ec;
  private static TestCertificates edwards;

  @TempDir private Path folder;

  @BeforeAll
  static void make() throws Exception {
    rsa = TestCertificates.make(made, "rsa", "-keyalg", "RSA", "-keysize", "2048");
    otherRsa = TestCertificates.make(made, "other", "-keyalg", "RSA", "-keysize", "2048");
    ec = TestCertificates.make(made, "ec", "-keyalg", "EC", "-groupname", "secp256r1");
    edwards = TestCertificates.make(made, "edwards", "-keyalg", "Ed25519");
  }

  private static Stream<TestCertificates> kinds() {
    return Stream.of(rsa, ec, edwards);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void read_certificateAndKey_arePresented(TestCertificates kind) throws Exception {
    var manager = pem(kind.certificatePem(), kind.keyPem()).read();
    String algorithm = kind.certificate().getPublicKey().getAlgorithm();
    String alias = manager.chooseServerAlias(algorithm, null, null);

    assertThat(manager.getCertificateChain(alias)).containsExactly(kind.certificate());
    assertThat(manager.getPrivateKey(alias)).isNotNull();
  }

  @Test
  void read_textAroundTheBlocksAndCrLf_isPassedOver() throws Exception {
    String certificate = "subject=CN = é-é\n" + rsa.certificatePem().replace("\n", "\r\n");
    String parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

    var manager = pem(certificate, parameters + rsa.keyPem()).read();

    String alias = manager.chooseServerAlias("RSA", null, null);
    assertThat(manager.getCertificateChain(alias)).containsExactly(rsa.certificate());
  }

  @Test
  void read_certificatesThatAreNoChain_areRefused() throws Exception {
    assertRefused(
        rsa.certificatePem() + otherRsa.certificatePem(),
        rsa.keyPem(),
        "are no chain: the server's");
  }

  @Test
  void read_keyOfAnotherCertificate_isRefused() throws Exception {
    assertRefused(rsa.certificatePem(), otherRsa.keyPem(), "is not the key of certificate");
    assertRefused(rsa.certificatePem(), ec.keyPem(), "they are of different kinds");
    assertRefused(ec.certificatePem(), edwards.keyPem(), "they are of different kinds");
  }

  @ParameterizedTest
  @CsvSource({"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
  void read_keyInAnotherForm_isRefusedWithTheCommandThatConvertsIt(String label) throws Exception {
    String key =
        "-----BEGIN %s-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END %s-----"
            .formatted(label, label);

    assertRefused(rsa.certificatePem(), key, "openssl pkcs8 -topk8 -nocrypt -in " + keyFile());
  }

  @Test
  void read_otherFiles_areRefused() throws Exception {
    String garbled =
        "-----BEGIN CERTIFICATE-----\nMIIBAAAAAAAAAAAAAAAAAAAA\n-----END CERTIFICATE-----\n";
    assertRefused("", rsa.keyPem(), "holds no certificate");
    assertRefused("\u0000\u00ff", rsa.keyPem(), "holds no certificate");
    assertRefused(rsa.keyPem(), rsa.keyPem(), "holds no certificate");
    assertRefused(garbled, rsa.keyPem(), "is damaged");
    assertRefused(rsa.certificatePem(), "", "holds no key");
    assertRefused(rsa.certificatePem(), rsa.certificatePem(), "holds no key");
    String cut = rsa.keyPem().replaceAll("(?s)\n.{64}\n", "\n");
    assertRefused(rsa.certificatePem(), cut, "the key is damaged");
  }

  @Test
  void keyStore_rightAndWrongPassword() throws Exception {
    new KeyStoreFile(ec.keyStore(), TestCertificates.PASSWORD).read();
    assertThatThrownBy(() -> new KeyStoreFile(ec.keyStore(), "wrong").read())
        .isInstanceOf(KVException.class)
        .hasMessage("the password does not open key store " + ec.keyStore());
    Path text = Files.writeString(folder.resolve("text"), "no key store");
    assertThatThrownBy(() -> new KeyStoreFile(text, "wrong").read())
        .isInstanceOf(KVException.class)
        .hasMessageStartingWith("key store " + text + " is neither");
    Path absent = folder.resolve("absent");
    assertThatThrownBy(
            () -> TlsTransport.open(TlsSettings.keyStore(absent, "x"), new SteppedClock()))
        .isInstanceOf(KVException.class)
        .hasMessageContaining(absent + " cannot be read: there is no such file");
  }

  private void assertRefused(String certificates, String key, String message) throws Exception {
    PemCertificate pem = pem(certificates, key);
    assertThatThrownBy(pem::read)
        .isInstanceOf(KVException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(folder.toString())
        .hasMessageNotContaining("\n");
  }

  private PemCertificate pem(String certificates, String key) throws Exception {
    Path certificateFile = Files.writeString(folder.resolve("server.crt"), certificates);
    return new PemCertificate(certificateFile, Files.writeString(keyFile(), key));
  }

  private Path keyFile() {
    return folder.resolve("server.key");
  }
}
