package io.kvapp.server.auth.token;

import io.kvapp.KVException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of tokens: the first one signs, all of them verify. Their text is one key a line, in
 * base64, and beside a key that was replaced {@code replaced} and the instant when it was. For how
 * long such a key verifies is for each server to say, which knows how long its tokens live.
 *
 * <p>Immutable, safe for any thread.
 */
public final class SigningKeys {
  static final int MIN_BYTES = 32;

  /** How many keys there may be, as a forged token may have to be tried with all of them. */
  static final int MAX_KEYS = 64;

  private static final String REPLACED = "replaced";
  private static final String COMMENT = "#";

  /**
   * A key.
   *
   * @param replaced when it signed last; {@link Instant#MAX} when it stays
   */
  public record Key(SecretKey secret, Instant replaced) {
    /** When the last token ends that it may have signed. */
    public Instant end(Duration tokenLifetime) {
      return replaced.equals(Instant.MAX)
          ? Instant.MAX
          : replaced.plus(tokenLifetime).plus(TokenFormat.CLOCK_SKEW);
    }

    /** Holds no secret. */
    @Override
    public String toString() {
      return "Key[replaced=" + replaced + "]";
    }
  }

  private final List<Key> keys;

  private SigningKeys(List<Key> keys) {
    this.keys = List.copyOf(keys);
  }

  /** One new key from the system's secure random numbers. */
  public static SigningKeys random() {
    byte[] bytes = new byte[MIN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return new SigningKeys(List.of(new Key(secret(bytes), Instant.MAX)));
  }

  /**
   * The keys in a text.
   *
   * @param source where the text is from, for messages
   * @throws KVException if the text is not made of keys, or one is too short; the message does not
   *     quote it
   */
  public static SigningKeys parse(String source, String text) {
    List<Key> keys = new ArrayList<>();
    for (String line : text.split("[\\r\\n,]+")) {
      String content = line.strip();
      if (!content.isEmpty() && !content.startsWith(COMMENT)) {
        keys.add(key(source, content));
      }
    }
    if (keys.isEmpty() || !keys.get(0).replaced().equals(Instant.MAX)) {
      throw unusable(source, "no key that signs");
    }
    if (keys.size() > MAX_KEYS) {
      throw unusable(source, "more than " + MAX_KEYS + " keys");
    }
    return new SigningKeys(keys);
  }

  /** The key that signs. */
  public SecretKey signing() {
    return keys.get(0).secret();
  }

  /** All keys, with those that do not verify any more. */
  public List<Key> all() {
    return keys;
  }

  /** The keys that verify at {@code now} where tokens live for {@code tokenLifetime}. */
  public List<Key> verifying(Instant now, Duration tokenLifetime) {
    return keys.stream().filter(key -> now.isBefore(key.end(tokenLifetime))).toList();
  }

  /**
   * These keys with a new one in front, which signs from now on. Keys whose tokens have all ended
   * by {@code now} are dropped.
   *
   * @param tokenLifetime how long tokens live at most
   * @return empty if there would be too many keys
   */
  Optional<SigningKeys> rotated(Instant now, Duration tokenLifetime) {
    List<Key> rotated = new ArrayList<>(random().keys);
    rotated.add(new Key(signing(), now));
    keys.stream().skip(1).filter(key -> now.isBefore(key.end(tokenLifetime))).forEach(rotated::add);
    return rotated.size() > MAX_KEYS ? Optional.empty() : Optional.of(new SigningKeys(rotated));
  }

  /** The text that {@link #parse} takes. */
  byte[] format() {
    StringBuilder text = new StringBuilder(COMMENT + " The first key signs; all of them verify.\n");
    for (Key key : keys) {
      text.append(Base64.getEncoder().encodeToString(key.secret().getEncoded()));
      if (!key.replaced().equals(Instant.MAX)) {
        text.append(' ').append(REPLACED).append(' ').append(key.replaced());
      }
      text.append('\n');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static Key key(String source, String line) {
    String[] words = line.split("\\s+");
    if (words.length != 1 && (words.length != 3 || !words[1].equals(REPLACED))) {
      throw unusable(source, "a line that is not a key");
    }
    return new Key(
        secret(bytes(source, words[0])),
        words.length == 1 ? Instant.MAX : instant(source, words[2]));
  }

  private static byte[] bytes(String source, String word) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(word.replace('-', '+').replace('_', '/'));
    } catch (IllegalArgumentException notBase64) {
      // Without the cause, whose message quotes a part of the key.
      throw unusable(source, "a key that is not base64");
    }
    if (bytes.length < MIN_BYTES) {
      throw unusable(source, "a key of " + bytes.length * 8 + " bits");
    }
    return bytes;
  }

  private static Instant instant(String source, String word) {
    try {
      return Instant.parse(word);
    } catch (DateTimeParseException malformed) {
      throw unusable(source, "a " + REPLACED + " without an instant like 2026-01-02T03:04:05Z");
    }
  }

  private static KVException unusable(String source, String what) {
    return new KVException(
        source
            + " has "
            + what
            + ", and needs 256 bits or more in base64; make one with: openssl rand -base64 32");
  }

  private static SecretKey secret(byte[] bytes) {
    return new SecretKeySpec(bytes, "HmacSHA256");
  }
}
