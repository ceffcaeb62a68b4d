package io.kvapp.server.v1;

import io.kvapp.StoreLimits;
import io.kvapp.server.http.message.HttpException;

/**
 * What keys may be.
 *
 * <p>All methods may be called from any thread.
 */
final class Keys {
  private Keys() {}

  /**
   * Does nothing if a key has at least one byte, and no more than the store takes.
   *
   * @throws HttpException {@code bad-key} otherwise
   */
  static void requireValid(byte[] key, StoreLimits limits) {
    if (key.length == 0 || key.length > limits.maxKeyBytes()) {
      throw new HttpException(
          400,
          "bad-key",
          "a key has 1 to " + limits.maxKeyBytes() + " bytes, and this one has " + key.length);
    }
  }
}
