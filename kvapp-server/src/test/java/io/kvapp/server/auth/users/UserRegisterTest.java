package io.kvapp.server.auth.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.server.auth.token.SigningKeys;
import io.kvapp.server.auth.token.TokenFormat;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
class UserRegisterTest {
  private static final List<String> EVERY_KEY = List.of("");

  @TempDir private Path folder;
  private Path file;
  private UserRegister register;

  @BeforeEach
  void name() {
    file = folder.resolve("users.json");
    register = new UserRegister(file);
  }

  @Test
  void add_firstUser_makesAFileThatOnlyItsOwnerReads() throws IOException {
    register.add("győző", Role.READER, List.of("ő/", "a \"b\"/"), "a password");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file)).doesNotContain("a password");
    User user = UsersFile.read(file).find("győző").orElseThrow();
    assertThat(user.role()).isEqualTo(Role.READER);
    assertThat(user.prefixes()).containsExactly("ő/", "a \"b\"/");
    assertThat(user.password().iterations()).isEqualTo(600_000);
    assertThat(user.password().matches("a password")).isTrue();
    assertThat(register.lines()).containsExactly("győző\treader\tő/ a \"b\"/");
  }

  @Test
  void add_sameNameAgain_isRefused() {
    register.add("ann", Role.WRITER, EVERY_KEY, "a password");

    assertThatThrownBy(() -> register.add("ann", Role.READER, EVERY_KEY, "another"))
        .isInstanceOf(KVException.class)
        .hasMessageContaining("ann");
    assertThat(register.lines()).containsExactly("ann\twriter");
  }

  @Test
  void remove_user_leavesTheOthers() {
    register.add("ann", Role.WRITER, EVERY_KEY, "a password");
    register.add("bob", Role.WRITER, EVERY_KEY, "a password");
    register.remove("ann");

    assertThat(register.lines()).containsExactly("bob\twriter");
    assertThatThrownBy(() -> register.remove("ann")).isInstanceOf(KVException.class);
  }

  @Test
  void changePassword_user_keepsTheGrant() throws IOException {
    register.add("ann", Role.READER, List.of("a/"), "a password");
    register.changePassword("ann", "another");

    User user = UsersFile.read(file).find("ann").orElseThrow();
    assertThat(user.password().matches("another")).isTrue();
    assertThat(user.password().matches("a password")).isFalse();
    assertThat(register.lines()).containsExactly("ann\treader\ta/");
  }

  @Test
  void add_byManyAtATime_losesNone() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> added = new ArrayList<>();
      for (int index = 0; index < 8; index++) {
        String name = "user" + index;
        added.add(
            threads.submit(
                () -> new UserRegister(file).add(name, Role.WRITER, EVERY_KEY, "a password")));
      }
      for (Future<?> each : added) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(register.lines())
        .containsExactlyElementsOf(
            IntStream.range(0, 8).mapToObj(index -> "user" + index + "\twriter").toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a:b", "a\nb", "a\u0000", "\ud800", "local"})
  void add_unfitName_isRefusedBeforeAnythingIsWritten(String name) {
    assertThatThrownBy(() -> register.add(name, Role.WRITER, EVERY_KEY, "a password"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("user: ");
    assertThat(file).doesNotExist();
  }

  @Test
  void add_longestGrant_stillMakesATokenThatIsTaken() {
    for (String filler : List.of("/", "\"", "\u2028", "é")) {
      int bytes = filler.getBytes(StandardCharsets.UTF_8).length;
      String most = filler.repeat(User.MAX_PREFIX_BYTES / bytes);
      PasswordHash hash = PasswordHash.unmatched(PasswordHash.MIN_ITERATIONS);
      String name = "u".repeat(User.MAX_NAME_CHARS);
      User user = new User(name, Role.WRITER, List.of(most), hash);
      String token =
          TokenFormat.sign(
              user.caller(),
              Optional.of(hash.stamp()),
              Instant.EPOCH,
              AuthSettings.DEFAULT_TOKEN_LIFETIME,
              SigningKeys.random().signing());
      assertThat(token.length()).isLessThanOrEqualTo(TokenFormat.MAX_TOKEN_CHARS);

      assertThatThrownBy(() -> new User(name, Role.WRITER, List.of(most + "xxx"), hash))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("prefixes: at most 1024 bytes");
    }
  }

  @Test
  void lines_userOfTheReservedName_isNamed() throws IOException {
    register.add("lokal", Role.WRITER, EVERY_KEY, "a password");
    Files.writeString(file, Files.readString(file).replace("lokal", "local"));

    assertThatThrownBy(register::lines)
        .isInstanceOf(KVException.class)
        .hasMessageContaining("user: local is reserved");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "null",
        "{\"users\":[]} x",
        "{\"users\":[],\"more\":1}",
        "{\"other\":[]}",
        "{\"users\":{}}",
        "{\"users\":[7]}",
        "{\"users\":[{}]}",
        "{\"users\":[{\"user\":\"a\",\"role\":\"root\"}]}",
        "{\"users\":[{\"user\":7,\"role\":\"writer\"}]}",
        "{\"users\":[{\"user\":\"a\",\"user\":\"b\",\"role\":\"writer\"}]}",
        "{\"users\":[{\"user\":\"a\",\"role\":\"writer\",\"admin\":true}]}",
        "{\"users\":[{\"user\":\"a\",\"role\":\"writer\",\"iterations\":1,\"salt\":\"SALT\","
            + "\"hash\":\"HASH\"}]}",
        "{\"users\":[{\"user\":\"a\",\"role\":\"writer\",\"iterations\":2000000000,"
            + "\"salt\":\"SALT\",\"hash\":\"HASH\"}]}",
        "{\"users\":[{\"user\":\"a\",\"role\":\"writer\",\"iterations\":600000,\"salt\":\"AA==\","
            + "\"hash\":\"HASH\"}]}",
        "{\"users\":[{\"user\":\"a\",\"role\":\"writer\",\"iterations\":600000,\"salt\":\"SALT\","
            + "\"hash\":\"\"}]}",
        "{\"users\":[{\"user\":\"a\",\"role\":\"writer\",\"iterations\":600000,\"salt\":\"SALT\","
            + "\"hash\":\"!\"}]}",
        "{\"users\":[ENTRY,ENTRY]}",
        "{\"users\":[LOCAL]}"
      })
  void lines_unusableFile_isRefusedInOneLine(String content) throws IOException {
    String salt = "QUJDREVGR0hJSktMTU5PUA==";
    String hash = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
    String entry =
        "{\"user\":\"a\",\"role\":\"writer\",\"iterations\":600000,\"salt\":\"SALT\","
            + "\"hash\":\"HASH\"}";
    Files.writeString(
        file,
        content
            .replace("LOCAL", entry.replace("\"a\"", "\"local\""))
            .replace("ENTRY", entry)
            .replace("SALT", salt)
            .replace("HASH", hash));

    assertThatThrownBy(register::lines)
        .isInstanceOf(KVException.class)
        .hasMessageStartingWith("users file " + file + " cannot be used: ")
        .hasMessageNotContaining("\n")
        .hasMessageNotContaining(hash);
  }
}
