package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.auth.users.UsersFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Passwords that are typed at a terminal, which the program script makes. */
@Timeout(60)
class PasswordAtTerminalTest {
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  @TempDir private Path folder;

  @BeforeEach
  void requireScript() {
    Assumptions.assumeTrue(Files.isExecutable(SCRIPT), "util-linux makes terminals for this test");
  }

  @Test
  void password_isAskedFor_andNotShown() throws Exception {
    String shown = type("a secret word", "a secret word");
    assertThat(shown).contains("Password: ", "The same again: ").doesNotContain("secret");
    assertThat(UsersFile.read(folder.resolve("users.json")).all()).hasSize(1);
  }

  @Test
  void passwords_thatDiffer_areRefused() throws Exception {
    assertThat(type("a secret word", "another word")).contains("the two passwords differ");
    assertThat(folder.resolve("users.json")).doesNotExist();
  }

  /** Adds a user whose password is typed twice, each time when it is asked for. */
  private String type(String first, String second) throws Exception {
    String command =
        "'%s' -XX:TieredStopAtLevel=1 -cp '%s' %s users add --file users.json ann"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                Main.class.getName());
    Process process =
        new ProcessBuilder(SCRIPT.toString(), "-qec", command, "/dev/null")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    try (OutputStream keyboard = process.getOutputStream();
        InputStream screen = process.getInputStream()) {
      StringBuilder shown = new StringBuilder();
      if (readUpTo("Password: ", screen, shown)) {
        keyboard.write((first + "\n").getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
      }
      if (readUpTo("again: ", screen, shown)) {
        keyboard.write((second + "\n").getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
      }
      readUpTo("nothing", screen, shown);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return shown.toString();
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean readUpTo(String end, InputStream screen, StringBuilder shown)
      throws IOException {
    for (int octet = screen.read(); octet >= 0; octet = screen.read()) {
      shown.append((char) octet);
      if (shown.indexOf(end, shown.length() - end.length()) >= 0) {
        return true;
      }
    }
    return false;
  }
}
