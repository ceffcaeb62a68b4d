package io.kvapp.server.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Utf8Test {
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();

  @Test
  void isValid_everyPairOfBytes_agreesWithTheDecoder() {
    for (int pair = 0; pair < 1 << 16; pair++) {
      requireAgreement(new byte[] {(byte) (pair >> 8), (byte) pair});
    }
  }

  @Test
  void isValid_edgesOfEveryLead_agreesWithTheDecoder() {
    int[] edges = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    for (int lead = 0x80; lead < 0x100; lead++) {
      for (int second : edges) {
        for (int third : edges) {
          requireAgreement(new byte[] {(byte) lead, (byte) second, (byte) third});
          for (int fourth : edges) {
            requireAgreement(
                new byte[] {(byte) lead, (byte) second, (byte) third, (byte) fourth, 'x'});
          }
        }
      }
    }
  }

  @Test
  void isValid_randomDamageToText_agreesWithTheDecoder() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] text = "aé߿ࠀ日\ud7ff\ue000😀\udbff\udfffz".getBytes(StandardCharsets.UTF_8);
      text[random.nextInt(text.length)] = (byte) random.nextInt();
      assertThat(Utf8.isValid(text)).as("seed %d, round %d", seed, round).isEqualTo(decodes(text));
    }
  }

  private void requireAgreement(byte[] bytes) {
    if (Utf8.isValid(bytes) != decodes(bytes)) {
      throw new AssertionError(java.util.HexFormat.of().formatHex(bytes));
    }
  }

  private boolean decodes(byte[] bytes) {
    try {
      decoder.decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException malformed) {
      return false;
    }
  }
}
