package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * The name of the request at hand, by which its client, its response and the logs mean the same
 * one: the client's own where that is short and plain, else one that is made here.
 *
 * <p>Not thread-safe.
 */
final class RequestId {
  private static final int MAX_BYTES = 64;
  private static final int MADE_BYTES = 16;
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final SplittableRandom SEEDS = new SplittableRandom(new SecureRandom().nextLong());

  private final SplittableRandom random = newRandom();
  private final byte[] bytes = new byte[MAX_BYTES];
  private int length;

  /** Makes a new one. */
  void make() {
    long number = random.nextLong();
    for (int at = 0; at < MADE_BYTES; at++) {
      bytes[at] = DIGITS[(int) (number >>> 60 - 4 * at) & 15];
    }
    length = MADE_BYTES;
  }

  /** Takes the bytes from {@code from} to {@code to} if they can be taken; makes one otherwise. */
  void take(byte[] source, int from, int to) {
    if (to == from || to - from > MAX_BYTES) {
      make();
      return;
    }
    for (int at = from; at < to; at++) {
      if (!isPlain(source[at])) {
        make();
        return;
      }
    }
    length = to - from;
    System.arraycopy(source, from, bytes, 0, length);
  }

  void addTo(ConnectionOutput output) throws IOException {
    output.add(bytes, length);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }

  private static boolean isPlain(int octet) {
    return octet >= 'a' && octet <= 'z'
        || octet >= 'A' && octet <= 'Z'
        || Octets.isDigit(octet)
        || octet == '-'
        || octet == '_'
        || octet == '.';
  }

  private static SplittableRandom newRandom() {
    synchronized (SEEDS) {
      return SEEDS.split();
    }
  }
}
