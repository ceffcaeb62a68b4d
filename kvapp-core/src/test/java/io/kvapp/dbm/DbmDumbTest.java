package io.kvapp.dbm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreFixture;
import io.kvapp.StoreOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DbmDumbTest {
  private static final int MAX_VALUE_BYTES = 100_000;

  @TempDir Path folder;
  private KVStore store;

  @BeforeEach
  void openStore() {
    store = KVStore.inMemory(StoreOptions.defaults().withMaxValueBytes(MAX_VALUE_BYTES));
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void into_takesOverKeysOfEveryByteAndValuesOfEverySize() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    for (int i = 0; i < 256; i++) {
      entries.put(new String(new byte[] {'k', (byte) i}, ISO_8859_1), "value " + i);
    }
    for (int size : new int[] {0, 1, 511, 512, 513, 5_000, MAX_VALUE_BYTES}) {
      entries.put("size " + size, "v".repeat(size));
    }
    entries.put("it's", "one quote");
    entries.put("say \"it's\"", "both quotes");
    entries.put(new String("árvíztűrő 🦄 ключ".getBytes(UTF_8), ISO_8859_1), "scripts");
    write(entries);

    assertThat(imported()).isEqualTo(entries.size());
    assertThat(store.size()).isEqualTo(entries.size());
    entries.forEach(
        (key, value) ->
            assertThat(store.get(key.getBytes(ISO_8859_1))).hasValue(value.getBytes(ISO_8859_1)));
    assertThat(store.get("árvíztűrő 🦄 ключ")).hasValue("scripts");
  }

  @Test
  void into_ofManyEntries_goesBeyondOneBatch() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    for (int i = 0; i < 3_500; i++) {
      entries.put("key " + i, "value " + i);
    }
    write(entries);
    long before = store.put("before", "value");

    assertThat(imported()).isEqualTo(3_500);
    assertThat(store.get("key 3499")).hasValue("value 3499");
    assertThat(store.revision()).isEqualTo(before + 4);
  }

  @Test
  void into_ofAnEmptyStore_isOneBulkLoad() throws IOException {
    write(Map.of("one", "1", "two", "2", "three", "3"));
    long before = store.revision();

    assertThat(imported()).isEqualTo(3);
    assertThat(store.get("two")).hasValue("2");
    assertThat(store.revision()).isEqualTo(before + 1);
  }

  @Test
  void into_readsWhatPythonWrote() throws IOException {
    // Written by CPython 3.11 for {'a\nb', "it's", 'é'}, the last as the two characters Ã ©.
    files("'a\\nb', (0, 3)\n\"it's\", (512, 5)\n'Ã©', (1024, 2)\n", 1_026);

    assertThat(imported()).isEqualTo(3);
    assertThat(store.get("a\nb")).hasValue("\0\0\0");
    assertThat(store.get("it's")).hasValue("\0".repeat(5));
    assertThat(store.get("é")).hasValue("\0\0");
  }

  @Test
  void read_acceptsAnEmptyDatabaseWindowsLineEndsAndAMissingLastOne() throws IOException {
    files("", 0);
    assertThat(imported()).isZero();

    files("'a', (0, 1)\r\n'b', (512, 1)", 513);
    assertThat(imported()).isEqualTo(2);
  }

  @Test
  void read_ofTwoLinesForOneKey_takesTheLater() throws IOException {
    files("'a', (0, 1)\n'b', (512, 1)\n'a', (1024, 2)\n", 1_026);

    assertThat(imported()).isEqualTo(2);
    assertThat(store.get("a")).hasValue("\0\0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`'a', (0, 1)\n\n`                  | 12 | too early",
        "`a, (0, 1)\n`                      | 1  | quote",
        "`b'a', (0, 1)\n`                   | 1  | quote",
        "`'a, (0, 1)\n`                     | 10 | too early",
        "`'a\n`                             | 2  | too early",
        "`'a\\q', (0, 1)\n`                 | 4  | escape",
        "`u'\\u0100', (0, 1)\n`           | 8  | no byte",
        "`'a\\xg0', (0, 1)\n`               | 5  | hexadecimal",
        "`'a\\`                             | 3  | too early",
        "`'a' (0, 1)\n`                     | 5  | expected",
        "`'a', (-1, 1)\n`                   | 6  | number",
        "`'a', (0 1)\n`                     | 9  | expected",
        "`'a', (0, 1\n`                     | 10 | too early",
        "`'a', (0, 1) x\n`                  | 12 | behind",
        "`'a', (0, 99999999999999999999)\n` | 28 | too large",
        "`'a', (7, 1)\n`                    | 0  | multiple of 512",
        "`'a', (512, 513)\n`                | 0  | beyond",
        "`'a', (1536, 0)\n`                 | 0  | beyond",
        "`'b', (512, 1)\n'a', (0, 600)\n`   | 0  | overlaps",
      })
  void read_ofADamagedDir_namesFileAndOffset(String dir, long offset, String what)
      throws IOException {
    files(dir, 1_024);

    assertThatThrownBy(this::imported)
        .isInstanceOfSatisfying(
            KVException.Corrupt.class,
            corrupt -> {
              assertThat(corrupt.file()).isEqualTo(folder.resolve("python.dir"));
              assertThat(corrupt.offset()).isEqualTo(offset);
            })
        .hasMessageContaining("python.dir at offset " + offset)
        .hasMessageContaining(what)
        .hasMessageNotContaining("\n");
    assertThat(store.size()).isZero();
  }

  @Test
  void read_ofADamagedLine_importsNothingOfTheLinesBefore() throws IOException {
    files("'a', (0, 1)\n'b', (512, 1)\n'c', (9999, 1)\n", 513);

    assertThatThrownBy(this::imported).isInstanceOf(KVException.Corrupt.class);
    assertThat(store.size()).isZero();
  }

  @Test
  void read_ofADirCutAnywhere_importsAllOrNothing() throws IOException {
    String dir = "'alma', (0, 5)\n\"it's\", (512, 3)\n'\\x80', (1024, 12)\n";
    for (int length = 0; length < dir.length(); length++) {
      files(dir.substring(0, length), 1_036);
      String cut = dir.substring(0, length);
      long lines = cut.chars().filter(character -> character == ')').count();
      if (cut.isEmpty() || cut.endsWith("\n") || cut.endsWith(")")) {
        assertThat(imported()).isEqualTo(lines);
      } else {
        assertThatThrownBy(this::imported).isInstanceOf(KVException.Corrupt.class);
      }
    }
  }

  @Test
  void read_ofRandomBytes_isAlwaysAClearFault() throws IOException {
    Random random = new Random(17);
    Files.write(folder.resolve("python.dat"), new byte[600]);
    for (int round = 0; round < 1_000; round++) {
      byte[] dir = "'alma', (0, 5)\n'körte', (512, 3)\n".getBytes(ISO_8859_1);
      dir[random.nextInt(dir.length)] = (byte) random.nextInt(256);
      Files.write(folder.resolve("python.dir"), dir);
      try {
        assertThat(imported()).isBetween(1L, 2L);
      } catch (KVException.Corrupt fault) {
        assertThat(fault.file()).isEqualTo(folder.resolve("python.dir"));
      }
    }
  }

  @Test
  void keysAndValuesOutsideTheLimits_areLeftOutAndReported() throws IOException {
    files(
        "'a', (0, 1)\n'', (512, 1)\n'%s', (1024, 1)\n'v', (1536, 100001)\n'z', (102400, 1)\n"
            .formatted("k".repeat(4_097)),
        102_401);
    List<String> report = new ArrayList<>();

    assertThat(DbmDumb.importInto(store, folder.resolve("python"), report::add)).isEqualTo(2);

    assertThat(report)
        .satisfiesExactly(
            line -> assertThat(line).contains("python.dir at offset 12").contains("a key of 0"),
            line -> assertThat(line).contains("a key of 4097 bytes").contains("4096"),
            line -> assertThat(line).contains("a value of 100001 bytes").contains("100000"));
    assertThat(StoreFixture.keys(store, Scan.all())).containsExactly("a", "z");
  }

  @Test
  void strictImport_refusesWhatIsOutsideTheLimits() throws IOException {
    files("'a', (0, 1)\n'', (512, 1)\n", 513);

    assertThatThrownBy(() -> DbmDumb.importInto(store, folder.resolve("python"), DbmDumb.strict()))
        .isInstanceOf(KVException.class)
        .hasMessageContaining("python.dir at offset 12")
        .hasMessageContaining("nothing was imported");
    assertThat(store.size()).isZero();
  }

  @Test
  void read_takesWhatIronPythonWrote() throws IOException {
    files("u'city', (0, 3)\nu'\\xe9', (512, 1)\nu\"it's\\u00e9\",(1024,2) \n", 1_026);

    assertThat(imported()).isEqualTo(3);
    assertThat(store.get("city")).hasValue("\0\0\0");
    assertThat(store.get(new byte[] {(byte) 0xe9})).hasValue(new byte[1]);
    assertThat(store.get("it's\u00e9".getBytes(ISO_8859_1))).hasValue(new byte[2]);
  }

  @Test
  void read_whereACrashHasLeftTheBackupOnly_takesThatAndSaysSo() throws IOException {
    files("'a', (0, 1)\n", 1);
    Files.move(folder.resolve("python.dir"), folder.resolve("python.bak"));
    List<String> report = new ArrayList<>();

    assertThat(DbmDumb.importInto(store, folder.resolve("python"), report::add)).isEqualTo(1);
    assertThat(report).singleElement().asString().contains("python.bak is read");
    assertThat(folder.resolve("python.dir")).doesNotExist();
  }

  @Test
  void importInto_ofANameWithItsEnding_saysHowToNameIt() throws IOException {
    files("'a', (0, 1)\n", 1);

    for (String name : List.of("python.dir", "python.dat")) {
      assertThatThrownBy(() -> DbmDumb.importInto(store, folder.resolve(name)))
          .isInstanceOf(KVException.class)
          .hasMessageContaining("without the ending, " + folder.resolve("python"));
    }
  }

  @Test
  void importInto_ofAPathWithoutAName_isRefused() {
    for (Path path : List.of(folder.getRoot(), Path.of(""))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DbmDumb.importInto(store, path))
          .withMessageContaining("has no name");
    }
  }

  @Test
  void read_ofAnEndlessLine_stops() throws IOException {
    files("'" + "k".repeat(10_000_000), 1);

    assertThatThrownBy(this::imported)
        .isInstanceOf(KVException.Corrupt.class)
        .hasMessageContaining("longer than");
  }

  @Test
  void importInto_ofAKeyFarOutsideTheLimits_leavesItOut() throws IOException {
    String key = "k".repeat(200_000);
    files("'" + key + "', (0, 1)\n'a', (512, 1)\n", 513);
    List<String> report = new ArrayList<>();

    assertThat(DbmDumb.importInto(store, folder.resolve("python"), report::add)).isEqualTo(1);
    assertThat(report).singleElement().asString().contains("a key of 200000 bytes");
  }

  @Test
  void read_ofAMissingDat_namesIt() throws IOException {
    Files.writeString(folder.resolve("python.dir"), "'a', (0, 1)\n");

    assertThatThrownBy(this::imported)
        .isInstanceOf(KVException.Corrupt.class)
        .hasMessageContaining("python.dat")
        .hasMessageContaining("no such file");
  }

  private long imported() {
    return DbmDumb.importInto(store, folder.resolve("python"));
  }

  private void files(String dir, int datBytes) throws IOException {
    Files.write(folder.resolve("python.dir"), dir.getBytes(ISO_8859_1));
    Files.write(folder.resolve("python.dat"), new byte[datBytes]);
  }

  /** Writes the files as Python does; keys and values are bytes as Latin-1 characters. */
  private void write(Map<String, String> entries) throws IOException {
    StringBuilder dir = new StringBuilder();
    ByteArrayOutputStream dat = new ByteArrayOutputStream();
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      dat.write(new byte[Math.floorMod(-dat.size(), 512)]);
      dir.append(repr(entry.getKey()))
          .append(", (" + dat.size() + ", " + entry.getValue().length() + ")\n");
      dat.write(entry.getValue().getBytes(ISO_8859_1));
    }
    Files.write(folder.resolve("python.dir"), dir.toString().getBytes(ISO_8859_1));
    Files.write(folder.resolve("python.dat"), dat.toByteArray());
  }

  /** The string as Python's {@code repr} prints it. */
  private static String repr(String text) {
    char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    StringBuilder literal = new StringBuilder().append(quote);
    for (char character : text.toCharArray()) {
      boolean printable =
          character >= ' ' && character < 0x7f || character > 0xa0 && character != 0xad;
      switch (character) {
        case '\n' -> literal.append("\\n");
        case '\r' -> literal.append("\\r");
        case '\t' -> literal.append("\\t");
        case '\\' -> literal.append("\\\\");
        default ->
            literal.append(
                character == quote
                    ? "\\" + quote
                    : printable
                        ? Character.toString(character)
                        : String.format("\\x%02x", (int) character));
      }
    }
    return literal.append(quote).toString();
  }
}
