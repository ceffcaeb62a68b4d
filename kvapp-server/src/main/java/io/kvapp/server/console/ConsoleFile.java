package io.kvapp.server.console;

import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.http.message.ResponseHead;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;

/**
 * A file of the console, as browsers get it: with its type, a tag that is a digest of its content,
 * and the order to load nothing from elsewhere and to run no script but the files themselves.
 *
 * <p>Immutable, safe for any thread.
 */
final class ConsoleFile {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";
  private static final int TAG_BYTES = 12;

  private final String tag;
  private final Response whole;
  private final Response unchanged;

  private ConsoleFile(String type, byte[] content) {
    tag = '"' + HexFormat.of().formatHex(digest(content), 0, TAG_BYTES) + '"';
    ResponseHead head = head(200).with("Content-Type", type);
    whole = Response.of(head, ResponseBody.of(content));
    unchanged = Response.empty(head(304));
  }

  /**
   * Reads a file of this package.
   *
   * @throws IllegalArgumentException if its name has an ending without a type
   */
  static ConsoleFile read(String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalArgumentException("no content type for " + name);
    }
    try (InputStream file =
        Objects.requireNonNull(ConsoleFile.class.getResourceAsStream(name), name)) {
      return new ConsoleFile(type, file.readAllBytes());
    } catch (IOException unreadable) {
      throw new UncheckedIOException("reading " + name, unreadable);
    }
  }

  private ResponseHead head(int status) {
    return ResponseHead.of(status)
        .with("ETag", tag)
        .with("Cache-Control", "no-cache")
        .with("X-Content-Type-Options", "nosniff")
        .with("Content-Security-Policy", POLICY)
        .with("Cross-Origin-Opener-Policy", "same-origin")
        .with("Cross-Origin-Resource-Policy", "same-origin")
        .with("Referrer-Policy", "no-referrer");
  }

  private static byte[] digest(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JVM has SHA-256", missing);
    }
  }

  /**
   * The file, or 304 where a browser has it.
   *
   * @param known the tags that the browser has, as {@code If-None-Match} lists them; null for none
   */
  Response response(String known) {
    boolean isKnown =
        known != null
            && Arrays.stream(known.split(","))
                .map(String::strip)
                .anyMatch(each -> each.equals("*") || each.equals(tag) || each.equals("W/" + tag));
    return isKnown ? unchanged : whole;
  }
}
