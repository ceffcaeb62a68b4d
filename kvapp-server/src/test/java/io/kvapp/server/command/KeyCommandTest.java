package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("shared.key");
  }

  @Test
  void create_absentFile_holdsOneKeyThatOnlyItsOwnerReads() throws Exception {
    assertThat(key("create", "--file", file.toString())).isZero();

    assertThat(keys()).singleElement().asString().matches("[A-Za-z0-9+/]{43}=");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(out.toString()).isEqualToIgnoringNewLines("wrote a new key to " + file);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void rotate_file_putsANewKeyInFrontAndKeepsTheOldOne() throws Exception {
    key("create", "--file", file.toString());
    String old = keys().get(0);

    assertThat(key("rotate", "--file", file.toString())).isZero();

    assertThat(keys()).hasSize(2);
    assertThat(keys().get(0)).isNotEqualTo(old).doesNotContain(" ");
    assertThat(keys().get(1)).startsWith(old + " replaced 20");
    assertThat(out.toString())
        .endsWith("a new key signs tokens in " + file + System.lineSeparator());
  }

  @Test
  void rotate_dataFolder_isThatOfItsKey() throws Exception {
    file = folder.resolve("token.key");
    key("create", "--file", file.toString());

    assertThat(key("rotate", "--data", folder.toString())).isZero();
    assertThat(keys()).hasSize(2);
  }

  @Test
  void rotate_keyReplacedLongerAgoThanTheLifetime_isDropped() throws Exception {
    key("create", "--file", file.toString());
    String other = "A".repeat(43) + "= replaced 2020-01-02T03:04:05Z\n";
    Files.writeString(file, Files.readString(file) + other);

    assertThat(key("rotate", "--file", file.toString(), "--token-lifetime", "8h")).isZero();
    assertThat(keys()).hasSize(2).noneMatch(line -> line.contains("2020"));
  }

  @Test
  void create_rotate_mistakes_areToldInOneLineEach() throws Exception {
    key("create", "--file", file.toString());
    byte[] before = Files.readAllBytes(file);
    Path absent = folder.resolve("absent");

    assertThat(key("create", "--file", file.toString())).isEqualTo(1);
    assertThat(key("create", "--file", "/")).isEqualTo(1);
    assertThat(key("create", "--file", absent.resolve("key").toString())).isEqualTo(1);
    assertThat(key("rotate", "--file", absent.toString())).isEqualTo(1);
    assertThat(key("rotate", "--data", absent.toString())).isEqualTo(1);
    assertThat(key("rotate", "--file", folder.toString())).isEqualTo(1);
    assertThat(key("rotate")).isEqualTo(2);
    assertThat(key("rotate", "--file", "f", "--data", "d")).isEqualTo(2);
    assertThat(key("rotate", "--file", "f", "--token-lifetime", "8")).isEqualTo(2);
    assertThat(key("create")).isEqualTo(2);
    assertThat(key()).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(11).allMatch(line -> line.startsWith("kvapp: "));
    assertThat(out.toString().lines()).hasSize(1);
    assertThat(file).hasBinaryContent(before);
  }

  private List<String> keys() throws Exception {
    return Files.readAllLines(file).stream().filter(line -> !line.startsWith("#")).toList();
  }

  private int key(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "key";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return ServeCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all);
  }
}
