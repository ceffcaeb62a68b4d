package io.kvapp.server.http.connection;

import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what a connection has to make of all that a client sends, by regular expressions over the
 * whole text: slow, plain, and sharing no code with the server's readers.
 */
final class ReferenceReader {
  /**
   * One response that has to come; a refusal is the last one.
   *
   * <p>A server that does not want a body has two ways with a client that waits for its word to
   * send it: to read it all the same, or to end the connection. What it does depends on whether the
   * body is there already, so both are right.
   *
   * @param text the body of the response; of a refusal, that of a response which may come in its
   *     place
   * @param mayBeLast whether the connection may end here although more was sent
   */
  record Expected(boolean refused, boolean head, String text, boolean mayBeLast) {}

  private static final String TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]";
  private static final String VALUE = "[\\t\\x20-\\x7e\\x80-\\xff]*";
  private static final String NAME = "(?:[A-Za-z0-9\\-._~!$&'()*+;=]|%[0-9A-Fa-f]{2})";
  private static final String PORT = "(?::\\d*)?";
  private static final Pattern REQUEST_LINE =
      Pattern.compile("(" + TOKEN + "{1,32}) ([\\x21-\\x7e]+) HTTP/1\\.(\\d)");
  private static final Pattern TARGET =
      Pattern.compile(
          "(?:(?i:https?)://((?:"
              + ipv6()
              + "|"
              + NAME
              + "+)"
              + PORT
              + "))?(/[^?]*|(?=\\?|$))(?:\\?(.*))?");
  private static final Pattern HOST = Pattern.compile("(?:" + ipv6() + "|" + NAME + "*)" + PORT);
  private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})|#");
  private static final Pattern HEADER =
      Pattern.compile("(" + TOKEN + "+):[ \\t]*(" + VALUE + "?)[ \\t]*");
  private static final Pattern TRAILER = Pattern.compile(TOKEN + "+:" + VALUE);
  private static final Pattern CHUNK_SIZE =
      Pattern.compile("(0{0,248}[0-9A-Fa-f]{1,8})(?:[ \\t]*;" + VALUE + ")?");

  /** The rest is not well-formed, or not complete. */
  private static final class Broken extends Exception {
    private static final long serialVersionUID = 1;
  }

  private final String text;
  private final int maxBodyBytes;
  private final int maxHeaders;
  private int at;

  private String method;
  private String target;
  private String instead;
  private String authority;
  private int minorVersion;
  private List<String[]> headers;

  private ReferenceReader(String text, HttpSettings settings) {
    this.text = text;
    this.maxBodyBytes = settings.getInt(HttpSetting.MAX_BODY_BYTES);
    this.maxHeaders = settings.getInt(HttpSetting.MAX_HEADERS);
  }

  /** An IPv6 address in brackets, one alternative for each place of the gap as in RFC 3986. */
  private static String ipv6() {
    String group = "[0-9A-Fa-f]{1,4}";
    String octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    String end = "(?:" + group + ":" + group + "|" + octet + "(?:\\." + octet + "){3})";
    StringBuilder all = new StringBuilder("(?:" + group + ":){6}" + end);
    for (int before = 0; before <= 7; before++) {
      String left = before == 0 ? "" : "(?:" + group + ":){0," + (before - 1) + "}" + group;
      String right =
          before > 6 ? "" : before == 6 ? group : "(?:" + group + ":){" + (5 - before) + "}" + end;
      all.append("|(?:").append(left).append(")?::").append(right);
    }
    return "\\[(?:" + all + ")]";
  }

  /** All responses to what a client sends before it ends. */
  static List<Expected> read(String latin1, HttpSettings settings) {
    return new ReferenceReader(latin1, settings).readAll();
  }

  private List<Expected> readAll() {
    List<Expected> expected = new ArrayList<>();
    boolean goesOn = true;
    while (goesOn && at < text.length()) {
      try {
        goesOn = readRequest(expected);
      } catch (Broken broken) {
        expected.add(new Expected(true, "HEAD".equals(method), instead, false));
        goesOn = false;
      }
    }
    return expected;
  }

  private boolean readRequest(List<Expected> expected) throws Broken {
    instead = "";
    if (text.startsWith("\r\n", at)) {
      at += 2;
    }
    if (at == text.length()) {
      return false;
    }
    method = text.startsWith("HEAD ", at) ? "HEAD" : null;
    Matcher line = REQUEST_LINE.matcher(nextLine());
    require(line.matches());
    String givenMethod = line.group(1);
    target = line.group(2);
    minorVersion = Integer.parseInt(line.group(3));
    method = givenMethod;
    String echo = givenMethod + " " + pathAndQuery(givenMethod) + " ";
    readHeaders();
    require(values("host").size() == 1 || values("host").isEmpty() && minorVersion == 0);
    require(values("host").stream().allMatch(host -> HOST.matcher(host).matches()));
    require(
        authority == null
            || values("host").stream().allMatch(host -> plain(host).equals(plain(authority))));
    boolean expects = !values("expect").isEmpty();
    require(values("expect").stream().allMatch(value -> value.equalsIgnoreCase("100-continue")));
    boolean chunked = isChunked();
    boolean skips = target.contains("skip");
    boolean tooLong = !chunked && length() > maxBodyBytes;
    if (skips && tooLong) {
      expected.add(new Expected(false, givenMethod.equals("HEAD"), echo + "skipped", false));
      return false;
    }
    require(!tooLong);
    instead = skips && expects ? echo + "skipped" : "";
    String body = chunked ? readChunks() : take((int) length());
    boolean last = closes();
    boolean mayBeLast = skips && expects;
    expected.add(
        new Expected(
            false, givenMethod.equals("HEAD"), echo + (skips ? "skipped" : body), mayBeLast));
    return !last;
  }

  private String pathAndQuery(String givenMethod) throws Broken {
    authority = null;
    require(!BAD_ESCAPE.matcher(target).find());
    if (givenMethod.equals("OPTIONS") && target.equals("*")) {
      return "*?";
    }
    Matcher parts = TARGET.matcher(target);
    require(parts.matches() && (target.matches("(?i)(/|https?://).*")));
    authority = parts.group(1);
    String path = parts.group(2).isEmpty() ? "/" : parts.group(2);
    return path + "?" + (parts.group(3) == null ? "" : parts.group(3));
  }

  /** A host in lower case with the number of its port. */
  private String plain(String host) {
    Matcher port = Pattern.compile(":(\\d*)$").matcher(host);
    boolean hasPort = port.find() && !port.group(1).isEmpty();
    String number = target.matches("(?i)https:.*") ? "443" : "80";
    return host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT)
        + ":"
        + new BigInteger(hasPort ? port.group(1) : number);
  }

  private void readHeaders() throws Broken {
    headers = new ArrayList<>();
    for (String line = nextLine(); !line.isEmpty(); line = nextLine()) {
      Matcher header = HEADER.matcher(line);
      require(header.matches());
      headers.add(new String[] {header.group(1), header.group(2)});
    }
    require(headers.size() <= maxHeaders);
    require(values("content-length").size() <= 1 && values("transfer-encoding").size() <= 1);
    require(values("content-length").stream().allMatch(value -> value.matches("\\d+")));
    boolean both = !values("content-length").isEmpty() && !values("transfer-encoding").isEmpty();
    require(!both);
  }

  private boolean isChunked() throws Broken {
    List<String> codings = values("transfer-encoding");
    if (codings.isEmpty()) {
      return false;
    }
    require(codings.get(0).equalsIgnoreCase("chunked") && minorVersion > 0);
    return true;
  }

  private long length() {
    List<String> lengths = values("content-length");
    BigInteger length = lengths.isEmpty() ? BigInteger.ZERO : new BigInteger(lengths.get(0));
    return length.bitLength() < Long.SIZE ? length.longValue() : Long.MAX_VALUE;
  }

  private boolean closes() {
    boolean closes = false;
    boolean keepsAlive = false;
    for (String value : values("connection")) {
      for (String option : value.split(",", -1)) {
        String stripped = option.replaceAll("^[ \\t]+|[ \\t]+$", "");
        closes |= stripped.equalsIgnoreCase("close");
        keepsAlive |= stripped.equalsIgnoreCase("keep-alive");
      }
    }
    return closes || minorVersion == 0 && !keepsAlive;
  }

  private String readChunks() throws Broken {
    StringBuilder body = new StringBuilder();
    while (true) {
      Matcher line = CHUNK_SIZE.matcher(nextLine());
      require(line.matches());
      long size = Long.parseLong(line.group(1), 16);
      require(size + body.length() <= maxBodyBytes);
      if (size == 0) {
        int trailers = 0;
        for (String trailer = nextLine(); !trailer.isEmpty(); trailer = nextLine()) {
          require(TRAILER.matcher(trailer).matches() && ++trailers <= maxHeaders);
        }
        return body.toString();
      }
      body.append(take((int) size));
      require(take(2).equals("\r\n"));
    }
  }

  private List<String> values(String name) {
    return headers.stream()
        .filter(header -> header[0].equalsIgnoreCase(name))
        .map(header -> header[1])
        .toList();
  }

  private String nextLine() throws Broken {
    int end = text.indexOf("\r\n", at);
    require(end >= 0);
    String line = text.substring(at, end);
    at = end + 2;
    return line;
  }

  private String take(int length) throws Broken {
    require(length <= text.length() - at);
    at += length;
    return text.substring(at - length, at);
  }

  private static void require(boolean holds) throws Broken {
    if (!holds) {
      throw new Broken();
    }
  }
}
