package io.kvapp.server.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AsciiRunsTest {
  @Test
  void everyByteAtEveryPlaceEndsARunOrDoesNot() {
    for (int octet = 0; octet < 256; octet++) {
      boolean isAscii = octet < 0x80;
      boolean isPlain = isAscii && octet >= ' ' && octet != '"' && octet != '\\';
      for (int length = 1; length <= 20; length++) {
        for (int place = 0; place < length; place++) {
          byte[] bytes = new byte[length];
          Arrays.fill(bytes, (byte) (place % 2 == 0 ? ' ' : '~'));
          bytes[place] = (byte) octet;

          assertThat(AsciiRuns.end(bytes, 0, length)).isEqualTo(isAscii ? length : place);
          assertThat(AsciiRuns.plainEnd(bytes, 0, length)).isEqualTo(isPlain ? length : place);
        }
      }
    }
  }

  @Test
  void onlyTheBytesBetweenFromAndToAreLookedAt() {
    byte[] bytes = "\"abcdefghijkl\"".getBytes();

    assertThat(AsciiRuns.plainEnd(bytes, 1, 13)).isEqualTo(13);
    assertThat(AsciiRuns.plainEnd(bytes, 1, 14)).isEqualTo(13);
    assertThat(AsciiRuns.end(bytes, 5, 5)).isEqualTo(5);
  }

  @Test
  void lineEnd_ofEveryLengthAndByte_isTheFirstLineFeed() {
    for (int from = 0; from < 10; from++) {
      for (int length = from; length < 40; length++) {
        for (int octet = 0; octet < 256; octet++) {
          byte[] bytes = new byte[length];
          Arrays.fill(bytes, (byte) octet);
          int expected = octet == '\n' && length > from ? from : length;
          assertThat(AsciiRuns.lineEnd(bytes, from, length)).isEqualTo(expected);
          if (length - from > 1) {
            bytes[length - 1] = '\n';
            bytes[length - 2] = '\n';
            expected = octet == '\n' ? from : length - 2;
            assertThat(AsciiRuns.lineEnd(bytes, from, length)).isEqualTo(expected);
          }
        }
      }
    }
  }
}
