package io.kvapp.etcd.settings;

import com.google.protobuf.ByteString;
import io.kvapp.etcd.layout.Layout;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where a cluster is and how it is used.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param endpoints the client addresses of its members; at least one
 * @param prefix what the keys of the store begin with, without the slash behind it
 * @param credentials whom the store trusts, and who it is
 * @param attempt how long one attempt may take
 * @param timeout how long a call may take, with all its attempts
 * @param maxTxnOps the cluster's {@code --max-txn-ops}
 * @param maxRequestBytes the cluster's {@code --max-request-bytes}
 */
public record EtcdSettings(
    List<Endpoint> endpoints,
    String prefix,
    Credentials credentials,
    Duration attempt,
    Duration timeout,
    int maxTxnOps,
    int maxRequestBytes) {
  private static final int DEFAULT_PORT = 2379;
  private static final String DEFAULT_PREFIX = "kvapp";
  private static final int DEFAULT_ATTEMPT_MILLIS = 2_000;
  private static final int DEFAULT_TIMEOUT_MILLIS = 10_000;
  private static final int DEFAULT_MAX_TXN_OPS = 128;
  private static final int DEFAULT_MAX_REQUEST_BYTES = 3 << 19;
  private static final int MIN_TXN_OPS = 8;
  private static final int MIN_REQUEST_BYTES = 256 << 10;
  private static final int MIN_MILLIS = 10;
  private static final int LARGEST = 1 << 30;

  private static final List<String> PARAMETERS =
      List.of(
          "tls",
          "ca",
          "cert",
          "key",
          "user",
          "password-file",
          "attempt-ms",
          "timeout-ms",
          "max-txn-ops",
          "max-request-bytes");

  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*");

  private static final String EXAMPLE = "such as etcd://a:2379,b:2379,c:2379/myapp";

  /**
   * The client address of one member.
   *
   * @param host its name or address
   * @param port its port
   */
  public record Endpoint(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * What a URI says.
   *
   * @throws IllegalArgumentException if it is none of a cluster
   */
  public static EtcdSettings of(URI uri) {
    String authority = uri.getRawAuthority();
    if (authority == null || authority.isEmpty() || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("store: an etcd: URI names hosts, " + EXAMPLE);
    }
    Map<String, String> parameters = parameters(uri.getRawQuery());
    return new EtcdSettings(
        endpoints(authority),
        prefix(uri.getRawPath()),
        Credentials.of(parameters),
        Duration.ofMillis(number(parameters, "attempt-ms", MIN_MILLIS, DEFAULT_ATTEMPT_MILLIS)),
        Duration.ofMillis(number(parameters, "timeout-ms", MIN_MILLIS, DEFAULT_TIMEOUT_MILLIS)),
        number(parameters, "max-txn-ops", MIN_TXN_OPS, DEFAULT_MAX_TXN_OPS),
        number(parameters, "max-request-bytes", MIN_REQUEST_BYTES, DEFAULT_MAX_REQUEST_BYTES));
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String each : query == null ? new String[0] : query.split("&")) {
      int equals = each.indexOf('=');
      String name = decoded(equals < 0 ? each : each.substring(0, equals));
      if (!PARAMETERS.contains(name)) {
        throw new IllegalArgumentException(
            "store: an etcd: URI has no parameter '"
                + name
                + "'; there are "
                + String.join(", ", PARAMETERS));
      }
      parameters.put(name, equals < 0 ? "" : decoded(each.substring(equals + 1)));
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static List<Endpoint> endpoints(String authority) {
    if (authority.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "store: an etcd: URI names no user before its hosts; give it as"
              + " ?user=NAME&password-file=FILE");
    }
    List<Endpoint> endpoints = new ArrayList<>();
    for (String each : authority.split(",", -1)) {
      int colon = each.lastIndexOf(':');
      boolean hasPort = colon >= 0 && each.indexOf(']', colon) < 0;
      String host = hasPort ? each.substring(0, colon) : each;
      int port = DEFAULT_PORT;
      try {
        port = hasPort ? Integer.parseInt(each.substring(colon + 1)) : port;
      } catch (NumberFormatException none) {
        port = 0;
      }
      if (host.isEmpty() || port < 1 || port > 65_535) {
        throw new IllegalArgumentException(
            "store: '" + each + "' in an etcd: URI is no host and port, " + EXAMPLE);
      }
      endpoints.add(new Endpoint(host, port));
    }
    return List.copyOf(endpoints);
  }

  private static String prefix(String path) {
    String prefix = path == null ? "" : path.replaceFirst("^/", "");
    if (prefix.isEmpty()) {
      return DEFAULT_PREFIX;
    }
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "store: the path of an etcd: URI is the prefix of its keys, of letters, digits, dots,"
              + " dashes and single slashes between them, "
              + EXAMPLE);
    }
    return prefix;
  }

  private static int number(
      Map<String, String> parameters, String name, int lowest, int byDefault) {
    String value = parameters.get(name);
    if (value == null) {
      return byDefault;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= lowest && number <= LARGEST) {
        return number;
      }
    } catch (NumberFormatException none) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "store: "
            + name
            + " in an etcd: URI: "
            + lowest
            + " to "
            + LARGEST
            + ", not '"
            + value
            + "'");
  }

  /** The same of one member alone. */
  public EtcdSettings only(Endpoint endpoint) {
    return new EtcdSettings(
        List.of(endpoint), prefix, credentials, attempt, timeout, maxTxnOps, maxRequestBytes);
  }

  /** What every key of the store begins with. */
  public Layout layout() {
    return new Layout(ByteString.copyFromUtf8(prefix + "/"));
  }

  /** The cluster as errors name it. */
  public String name() {
    return "etcd at " + String.join(",", endpoints.stream().map(Endpoint::toString).toList());
  }
}
