package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String file;

  @BeforeEach
  void name() {
    file = folder.resolve("users.json").toString();
  }

  @Test
  void add_remove_list_passwd_grant_editTheFile() {
    assertThat(users("a password\n", "add", "ann")).isZero();
    assertThat(users("b password", "add", "bob", "--role", "reader", "--prefix", "b/")).isZero();
    assertThat(users("c password\r\nmore", "passwd", "bob")).isZero();
    assertThat(users("", "remove", "ann")).isZero();
    assertThat(users("", "grant", "bob", "--prefix", "c/", "--prefix", "d/")).isZero();
    assertThat(users("", "list")).isZero();

    assertThat(out.toString().lines())
        .containsExactly(
            "added ann",
            "added bob",
            "changed the password of bob",
            "removed ann",
            "changed the grant of bob",
            "bob\twriter\tc/ d/");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void add_shortPassword_warns() {
    assertThat(users("short\n", "add", "ann")).isZero();

    assertThat(err.toString())
        .isEqualToIgnoringNewLines("kvapp: warning: the password is short and so easy to guess");
  }

  @Test
  void add_mistakes_areToldInOneLineEach() throws Exception {
    users("a password\n", "add", "ann");
    byte[] before = Files.readAllBytes(Path.of(file));

    assertThat(users("a password\n", "add", "ann")).isEqualTo(1);
    assertThat(users("\n", "add", "bob")).isEqualTo(2);
    assertThat(users("", "add", "bob")).isEqualTo(2);
    assertThat(users("x".repeat(1_025), "add", "bob")).isEqualTo(2);
    assertThat(users("a pass\0word\n", "add", "bob")).isEqualTo(2);
    assertThat(users("a pass\0word\n", "passwd", "ann")).isEqualTo(2);
    assertThat(users("a password\n", "add", "bob:")).isEqualTo(2);
    assertThat(users("a password\n", "add", "local")).isEqualTo(2);
    assertThat(users("a password\n", "add", "bob", "--role", "root")).isEqualTo(2);
    assertThat(users("a password\n", "add", "bob", "--prefix", "a\nb")).isEqualTo(2);
    assertThat(users("a password\n", "passwd", "bob")).isEqualTo(1);
    assertThat(users("", "remove", "bob")).isEqualTo(1);
    assertThat(users("", "grant", "bob")).isEqualTo(1);
    assertThat(users("", "grant", "ann", "--prefix", "a\nb")).isEqualTo(2);
    assertThat(users("a password\n", "add")).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(15).allMatch(line -> line.startsWith("kvapp: "));
    assertThat(Path.of(file)).hasBinaryContent(before);
  }

  @Test
  void add_nameThatBeginsWithAt_isANameAndNoFile() throws Exception {
    Path conf = Files.writeString(folder.resolve("conf"), "--role reader eve");

    assertThat(users("a password\n", "add", "@" + conf)).isZero();
    assertThat(users("", "list")).isZero();

    assertThat(out.toString().lines()).containsExactly("added @" + conf, "@" + conf + "\twriter");
  }

  @Test
  void add_passwordThatIsNotUtf8_isRefused() {
    ByteArrayInputStream input = new ByteArrayInputStream(new byte[] {(byte) 0xff, '\n'});

    assertThat(execute(input, "users", "add", "--file", file, "ann")).isEqualTo(2);
    assertThat(err.toString()).contains("not UTF-8");
  }

  private int users(String input, String... arguments) {
    List<String> all = new ArrayList<>(List.of("users", arguments[0], "--file", file));
    all.addAll(List.of(arguments).subList(1, arguments.length));
    return execute(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        all.toArray(String[]::new));
  }

  private int execute(InputStream input, String... arguments) {
    return ServeCommand.commandLine(CommandRun.terminal(input))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
