package io.kvapp.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.transfer.ExportFormat.End;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExportFormatTest {
  private static final String ENTRY = "{\"key\":\"a\",\"value\":\"1\",\"size\":1,\"revision\":1}\n";

  @TempDir private Path folder;

  @Test
  void end_lineOfIt_isReadAgain() {
    for (End end : new End[] {new End(0, 0), new End(Integer.MAX_VALUE, 1L << 58, true)}) {
      assertThat(End.of(end.line())).hasValue(end);
      assertThat(end.line().length()).isLessThanOrEqualTo(End.MAX_BYTES);
    }
    assertThat(new End(2, 7).line()).isEqualTo("{\"end\":true,\"entries\":2,\"revision\":7}");
    assertThat(new End(2, 7, true).line())
        .isEqualTo("{\"end\":true,\"entries\":2,\"revision\":7,\"filtered\":true}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"end\":true}",
        "{\"end\":true,\"entries\":2,\"revision\":7",
        "{\"end\":true,\"entries\":-2,\"revision\":7}",
        "{\"end\":true,\"entries\":2,\"revision\":9999999999999999999}",
        "{\"end\":false,\"entries\":2,\"revision\":7}",
        " {\"end\":true,\"entries\":2,\"revision\":7}"
      })
  void end_ofAnotherLine_isNone(String line) {
    assertThat(End.of(line)).isEmpty();
  }

  @Test
  void endOfFile_cutAnywhere_isNone() throws IOException {
    Path file = folder.resolve("file");
    for (String before : new String[] {"", ENTRY, ENTRY.repeat(100)}) {
      String whole = before + new End(100, 1).line() + "\n";
      Files.writeString(file, whole);
      assertThat(End.of(file)).hasValue(new End(100, 1));
      for (int length = before.length(); length < whole.length(); length++) {
        Files.writeString(file, whole.substring(0, length));
        assertThat(End.of(file)).as("%s bytes", length).isEmpty();
      }
    }
    Files.writeString(file, ENTRY.strip() + new End(1, 1).line() + "\n");
    assertThat(End.of(file)).isEmpty();
  }

  @Test
  void file_ofAFolderOrOfItself_isThatOfTheExport() throws IOException {
    Path export = folder.resolve("export.ndjson");
    assertThat(ExportFormat.file(folder)).isEqualTo(export);
    Path other = Files.writeString(folder.resolve("other"), ENTRY);
    assertThat(ExportFormat.file(other)).isEqualTo(other);
  }
}
