package io.kvapp.server.auth.password;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;

/**
 * A user name and a password as a client sent them, not checked yet.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param user the name, never null
 * @param password the password, never null
 */
public record Credentials(String user, String password) {
  /** The header {@code WWW-Authenticate} of a response with status 401. */
  public static final String CHALLENGE = "Basic realm=\"KVApp\", charset=\"UTF-8\"";

  private static final String SCHEME = "Basic ";

  /** More than the longest name and password take, three bytes a character, in base64. */
  private static final int MAX_HEADER_CHARS = 8 << 10;

  /** Checks that both are there. */
  public Credentials {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
  }

  /**
   * The credentials in an {@code Authorization} header.
   *
   * @param header the value of the header; null where there is none
   * @return empty where the header is absent, has another scheme, is longer than 8 KiB, or is not
   *     base64 of UTF-8 with a colon in it
   */
  public static Optional<Credentials> ofBasic(String header) {
    if (header == null
        || header.length() > MAX_HEADER_CHARS
        || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(header.substring(SCHEME.length()).trim());
      String pair = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(decoded)).toString();
      int colon = pair.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : Optional.of(new Credentials(pair.substring(0, colon), pair.substring(colon + 1)));
    } catch (IllegalArgumentException | CharacterCodingException malformed) {
      return Optional.empty();
    }
  }

  /** Names the user only. */
  @Override
  public String toString() {
    return "Credentials[user=" + user + "]";
  }
}
