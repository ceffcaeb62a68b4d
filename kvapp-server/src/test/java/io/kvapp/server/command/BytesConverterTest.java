package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class BytesConverterTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "65536, 65536",
    "64KiB, 65536",
    "2GiB, 2147483648",
    "17179869184, 17179869184",
    "8589934591GiB, 9223372035781033984"
  })
  void convert_size_isItsBytes(String text, long bytes) {
    assertThat(new LongBytesConverter().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"8589934592GiB", "8589934593GiB", "17179869184GiB", "1TiB", "-1", ""})
  void convert_sizeThatDoesNotFit_isRefused(String text) {
    assertThatThrownBy(() -> new LongBytesConverter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageStartingWith("'" + text + "' is ");
    assertThatThrownBy(() -> new BytesConverter().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }

  @Test
  void convert_twoGibibytesWhereAnIntIsNeeded_areRefused() {
    assertThat(new BytesConverter().convert("2147483647")).isEqualTo(Integer.MAX_VALUE);
    assertThatThrownBy(() -> new BytesConverter().convert("2GiB"))
        .isInstanceOf(TypeConversionException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "--max-body, 8589934592GiB",
    "--max-buffered, 8589934593GiB",
    "--max-body, 2GiB",
    "--max-value, 8589934592GiB"
  })
  void execute_sizeThatDoesNotFit_is2AndOneLine(String option, String size) {
    StringWriter errors = new StringWriter();
    int exitCode = ServeCommand.commandLine().setErr(new PrintWriter(errors)).execute(option, size);

    assertThat(exitCode).isEqualTo(2);
    assertThat(errors.toString().lines())
        .singleElement()
        .asString()
        .startsWith("kvapp: Invalid value for option '" + option + "'")
        .contains("'" + size + "' is more than");
  }

  @Test
  void parse_maxBufferedOfTwoGibibytesAndMore_isTaken() {
    ServeCommand.commandLine().parseArgs("--max-buffered", "4GiB");
  }
}
