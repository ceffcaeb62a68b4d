package io.kvapp.server.v1;

import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Octets;
import io.kvapp.server.json.TimeText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The parameters of a query string, decoded byte by byte as {@code
 * application/x-www-form-urlencoded}: {@code +} is a space, {@code %XX} a byte. What an endpoint
 * does not know is refused, and so is a parameter twice, so that a mistyped name never changes what
 * a request means.
 *
 * <p>Immutable, safe for any thread, as long as nobody changes the arrays it returns.
 */
public final class Parameters {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,19}");

  private static final Parameters NONE = new Parameters(List.of());

  private record Parameter(String name, byte[] value) {}

  private final List<Parameter> parameters;

  private Parameters(List<Parameter> parameters) {
    this.parameters = parameters;
  }

  /**
   * The parameters of a query, each at most once.
   *
   * @param query undecoded, without its question mark
   * @param known the names that the endpoint takes
   * @throws HttpException {@code unknown-parameter} if there is another, or one twice
   */
  static Parameters of(String query, List<String> known) {
    return of(query, known, List.of());
  }

  /**
   * The parameters of a query.
   *
   * @param query undecoded, without its question mark
   * @param known the names that the endpoint takes once
   * @param repeatable the names that it takes any number of times
   * @throws HttpException {@code unknown-parameter} if there is another, or one of the former twice
   */
  static Parameters of(String query, List<String> known, List<String> repeatable) {
    Parameters all = query.isEmpty() ? NONE : parse(query);
    List<Parameter> before = new ArrayList<>();
    for (Parameter parameter : all.parameters) {
      if (!repeatable.contains(parameter.name)) {
        requireKnownOnce(parameter.name, known, repeatable, before);
        before.add(parameter);
      }
    }
    return all;
  }

  private static Parameters parse(String query) {
    List<Parameter> parameters = new ArrayList<>();
    int from = 0;
    while (from < query.length()) {
      int ampersand = query.indexOf('&', from);
      int to = ampersand < 0 ? query.length() : ampersand;
      if (to > from) {
        parameters.add(parameter(query.substring(from, to)));
      }
      from = to + 1;
    }
    return new Parameters(parameters);
  }

  /** The bytes of a parameter of a query, whatever else is in it; empty where there is none. */
  static Optional<byte[]> peek(String query, String name) {
    return query.isEmpty() ? Optional.empty() : parse(query).bytes(name);
  }

  /** The bytes of a parameter; empty where there is none. */
  Optional<byte[]> bytes(String name) {
    byte[] value = find(name);
    return value == null ? Optional.empty() : Optional.of(value);
  }

  /** The bytes of every parameter of this name, in their order. */
  List<byte[]> all(String name) {
    return parameters.stream()
        .filter(each -> each.name.equals(name))
        .map(Parameter::value)
        .toList();
  }

  /** The text of a parameter; empty where there is none. Bytes that are not UTF-8 are U+FFFD. */
  Optional<String> text(String name) {
    return bytes(name).map(value -> new String(value, StandardCharsets.UTF_8));
  }

  /**
   * Whether a parameter is {@code true}; false where there is none.
   *
   * @throws HttpException {@code bad-parameter} if it is neither {@code true} nor {@code false}
   */
  boolean flag(String name) {
    String text = text(name).orElse("false");
    if (!text.equals("true") && !text.equals("false")) {
      throw bad(name, "true or false");
    }
    return text.equals("true");
  }

  /**
   * A decimal integer.
   *
   * @throws HttpException {@code bad-parameter} if it is none, or not from {@code min} to {@code
   *     max}
   */
  long integer(String name, long absent, long min, long max) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return absent;
    }
    OptionalLong number = integerOf(text.get());
    if (number.isPresent() && number.getAsLong() >= min && number.getAsLong() <= max) {
      return number.getAsLong();
    }
    throw bad(name, "an integer from " + min + " to " + max);
  }

  /**
   * The 64-bit integer that this text stands for, in ASCII digits behind a minus sign if it is
   * negative; empty if it is none.
   */
  public static OptionalLong integerOf(String text) {
    if (!INTEGER.matcher(text).matches()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException beyondLong) {
      return OptionalLong.empty();
    }
  }

  /**
   * A duration as {@link TimeText#duration} has it; empty where there is no such parameter.
   *
   * @throws HttpException {@code bad-parameter} if it is none, or more than 365,000 days
   */
  Optional<Duration> duration(String name) {
    return text(name)
        .map(text -> TimeText.duration(text).orElseThrow(() -> bad(name, TimeText.DURATION)));
  }

  /** The refusal of a parameter that is not what belongs there. */
  static HttpException bad(String name, String expected) {
    return new HttpException(400, "bad-parameter", name + ": " + expected).with("parameter", name);
  }

  private static HttpException unknown(String name, String detail) {
    return new HttpException(400, "unknown-parameter", detail).with("parameter", name);
  }

  private byte[] find(String name) {
    for (Parameter parameter : parameters) {
      if (parameter.name.equals(name)) {
        return parameter.value;
      }
    }
    return null;
  }

  private static void requireKnownOnce(
      String name, List<String> known, List<String> repeatable, List<Parameter> before) {
    if (!known.contains(name)) {
      List<String> all = new ArrayList<>(known);
      all.addAll(repeatable);
      throw unknown(
          name,
          "there is no such parameter here; "
              + (all.isEmpty() ? "none is taken" : "known are " + String.join(", ", all)));
    }
    if (before.stream().anyMatch(each -> each.name.equals(name))) {
      throw unknown(name, name + " is given twice");
    }
  }

  private static Parameter parameter(String text) {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    String value = equals < 0 ? "" : text.substring(equals + 1);
    return new Parameter(new String(decoded(name), StandardCharsets.UTF_8), decoded(value));
  }

  /** Decodes once; a per cent sign without two digits behind it has been refused before. */
  private static byte[] decoded(String text) {
    byte[] bytes = new byte[text.length()];
    int length = 0;
    for (int at = 0; at < text.length(); at++) {
      char next = text.charAt(at);
      if (next == '%') {
        int octet = Octets.hex(text.charAt(at + 1)) << 4 | Octets.hex(text.charAt(at + 2));
        bytes[length++] = (byte) octet;
        at += 2;
      } else {
        bytes[length++] = (byte) (next == '+' ? ' ' : next);
      }
    }
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }
}
