package io.kvapp.server.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.auth.token.KeyFile;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.command.doctor.Finding.Status;
import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.settings.TlsSettings;
import io.kvapp.server.tls.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The files of users, keys and certificates, with what makes a check warn or fail. */
class SecretChecksTest {
  private static final AuthSettings DEFAULTS = AuthSettings.defaults();

  /** A file with one user, whose password takes long to hash. */
  private static byte[] ann;

  @TempDir private Path temp;

  @BeforeAll
  static void addUser(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("users.json");
    new UserRegister(file).add("ann", Role.READER, List.of(""), "a long enough password");
    ann = Files.readAllBytes(file);
  }

  @Test
  void users_thatAreThere_areOk() throws IOException {
    assertThat(users(usersFile("rw-------")).status()).isEqualTo(Status.OK);
  }

  @Test
  void users_whoseFileIsNotThere_fail() {
    Finding found = users(temp.resolve("none"));

    assertThat(found.status()).isEqualTo(Status.FAIL);
    assertThat(found.found()).contains("there is no such file");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void users_inAFileWithASemicolon_areToldWhole() throws IOException {
    Path odd = Files.writeString(temp.resolve("a; b"), "{}");
    Files.setPosixFilePermissions(odd, PosixFilePermissions.fromString("rw--w--w-"));
    Finding finding = new SecretFile("users", odd).finding(() -> Finding.ok("users", ""));
    assertThat(finding.found()).isEqualTo("%s cannot be used: other users can write %s", odd, odd);
    assertThat(finding.fix()).isEqualTo("run: chmod go-w " + odd);
  }

  @Test
  void users_whoseFileCannotBeRead_fail() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("users"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));

    assertThat(users(folder).status()).isEqualTo(Status.FAIL);
  }

  @Test
  void users_whoseFileIsNotJson_fail() throws IOException {
    Path file = secret("users.json", "{\"users\":", "rw-------");
    Finding found = users(file);

    assertThat(found.status()).isEqualTo(Status.FAIL);
    assertThat(found.fix()).startsWith("edit it with the command ");
  }

  @Test
  void users_whoseFileOthersCanWrite_fail() throws IOException {
    Finding found = users(usersFile("rw-rw-rw-"));

    assertThat(found.status()).isEqualTo(Status.FAIL);
    assertThat(found.fix()).startsWith("run: chmod go-w ");
  }

  @Test
  void users_whoseFileOthersCanRead_warn() throws IOException {
    Finding found = users(usersFile("rw-r--r--"));

    assertThat(found.status()).isEqualTo(Status.WARN);
    assertThat(found.fix()).startsWith("run: chmod 600 ");
  }

  @Test
  void users_ofWhomThereAreNone_warn() throws IOException {
    Finding found = users(secret("users.json", "{\"users\":[]}", "rw-------"));

    assertThat(found.status()).isEqualTo(Status.WARN);
    assertThat(found.fix()).contains("kvapp users add --file ");
  }

  @Test
  void noUsers_areOkOnThisMachineAlone() {
    assertThat(only(new UsersCheck(DEFAULTS, "localhost")).status()).isEqualTo(Status.OK);
    assertThat(only(new UsersCheck(DEFAULTS, "0.0.0.0")).status()).isEqualTo(Status.FAIL);
    assertThat(only(new UsersCheck(DEFAULTS, "host.invalid")).status()).isEqualTo(Status.FAIL);
  }

  @Test
  void key_thatIsThereOrIsMade_isOk() {
    assertThat(key(DEFAULTS).status()).isEqualTo(Status.OK);
    KeyFile.ofFolder(temp).create();
    assertThat(key(DEFAULTS).found()).startsWith("1 in ");
  }

  @Test
  void key_thatIsNamedAndNotThere_fails() {
    assertThat(key(DEFAULTS.withSigningKeyFile(temp.resolve("none"))).status())
        .isEqualTo(Status.FAIL);
  }

  @Test
  void key_thatIsTooShort_fails() throws IOException {
    assertThat(key(DEFAULTS.withSigningKeys("c2hvcnQ=")).found()).contains("a key of 40 bits");
    secret("token.key", "c2hvcnQ=", "rw-------");
    Finding found = key(DEFAULTS);

    assertThat(found.status()).isEqualTo(Status.FAIL);
    assertThat(found.fix()).isEqualTo("make one with: openssl rand -base64 32");
  }

  @Test
  void key_thatOthersCanRead_warns() throws IOException {
    KeyFile file = KeyFile.ofFolder(temp);
    file.create();
    Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-r-----"));

    assertThat(key(DEFAULTS).status()).isEqualTo(Status.WARN);
  }

  @Test
  void certificate_tellsHowLongItIsValid() throws Exception {
    TlsSettings tls = TestCertificates.make(temp, "kv", "-keyalg", "EC").pemFiles(temp);
    Instant now = Instant.now();

    assertThat(certificate(tls, now).status()).isEqualTo(Status.WARN);
    assertThat(certificate(tls, now).found()).contains("is valid for 1 days");
    assertThat(certificate(tls, now.plus(Duration.ofDays(3))))
        .matches(found -> found.status() == Status.FAIL)
        .satisfies(found -> assertThat(found.found()).contains("has expired on "));
    assertThat(certificate(tls, now.minus(Duration.ofDays(1))))
        .matches(found -> found.status() == Status.FAIL)
        .satisfies(found -> assertThat(found.found()).contains("is valid from "));
  }

  @Test
  void certificate_thatHasLongToGo_isOk() throws Exception {
    TlsSettings tls =
        TestCertificates.make(temp, "kv", "-keyalg", "EC", "-validity", "90").pemFiles(temp);

    assertThat(certificate(tls, Instant.now()).status()).isEqualTo(Status.OK);
  }

  @Test
  void certificate_thatIsNone_fails() throws IOException {
    Path file = secret("server.crt", "nothing", "rw-------");

    assertThat(certificate(TlsSettings.pem(file, file), Instant.now()).status())
        .isEqualTo(Status.FAIL);
    assertThat(certificate(TlsSettings.pem(file, temp.resolve("no")), Instant.now()).status())
        .isEqualTo(Status.FAIL);
  }

  @Test
  void noCertificate_isOkOnThisMachineAlone() {
    assertThat(withoutTls("localhost").status()).isEqualTo(Status.OK);
    assertThat(withoutTls("0.0.0.0").status()).isEqualTo(Status.WARN);
    assertThat(withoutTls("host.invalid").status()).isEqualTo(Status.FAIL);
  }

  private Path usersFile(String modes) throws IOException {
    Path file = temp.resolve("users.json");
    Files.write(file, ann);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(modes));
    return file;
  }

  private Path secret(String name, String content, String modes) throws IOException {
    Path file = temp.resolve(name);
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(modes));
    return file;
  }

  private static Finding users(Path file) {
    return only(new UsersCheck(DEFAULTS.withUsersFile(file), "localhost"));
  }

  private Finding key(AuthSettings settings) {
    return only(new KeyCheck(settings, Optional.of(temp), false));
  }

  private static Finding certificate(TlsSettings tls, Instant now) {
    return only(new CertificateCheck(Optional.of(tls), "localhost", InstantSource.fixed(now)));
  }

  private static Finding withoutTls(String host) {
    return only(new CertificateCheck(Optional.empty(), host, InstantSource.system()));
  }

  private static Finding only(Check check) {
    List<Finding> findings = check.findings();
    assertThat(findings).hasSize(1);
    return findings.get(0);
  }
}
