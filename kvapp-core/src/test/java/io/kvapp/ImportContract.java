package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.dbm.DbmDumb;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Python {@code dbm.dumb} files taken over. */
interface ImportContract extends StoreFixture {
  @Test
  default void importInto_takesOverEveryEntry() throws IOException {
    Path file = scratch().resolve("python");
    // kulcs: érték, and a key of U+00E9 (two bytes in UTF-8, printed as Latin-1) without a value.
    Files.write(
        scratch().resolve("python.dir"),
        "'kulcs', (0, 7)\n'\u00c3\u00a9', (512, 0)\n".getBytes(StandardCharsets.ISO_8859_1));
    Files.write(scratch().resolve("python.dat"), Arrays.copyOf(utf8("érték"), 512));
    store().put("kulcs", "before");
    store().put("other", "stays");

    assertThat(DbmDumb.importInto(store(), file)).isEqualTo(2);
    assertThat(store().get("kulcs")).hasValue("érték");
    assertThat(store().get("é")).hasValue("");
    assertThat(store().get("other")).hasValue("stays");
    assertThat(store().size()).isEqualTo(3);
  }

  @Test
  default void importInto_ofMissingFiles_namesTheFile() {
    assertThatThrownBy(() -> DbmDumb.importInto(store(), scratch().resolve("python")))
        .isInstanceOf(KVException.Corrupt.class)
        .hasMessageContaining("python.dir")
        .hasMessageContaining("no such file");
  }
}
