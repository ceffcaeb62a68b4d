package io.kvapp.server.command.doctor;

import io.kvapp.server.command.doctor.RawHttp.Reply;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;

/**
 * What a proxy before a server does to requests, told by answers that only a changed request gets:
 * a path that the server does not know as it was sent, and knows once it was changed.
 *
 * <p>For one thread; used once.
 */
final class ProxyCheck implements Check {
  private static final int NOT_FOUND = 404;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  /** Longer than a key may be, so that the answer is not 404 where it is taken for one. */
  private static final String NO_KEY = "x".repeat(4_097);

  private static final String QUERY_FORM =
      "; or use keys with such segments in the form /v1/kv?key=KEY alone";

  /** Connects to the server, and says how long to wait for its answers. */
  @FunctionalInterface
  interface Connecting {
    RawHttp open() throws IOException;
  }

  private final Connecting connecting;
  private final String token;

  /**
   * A check.
   *
   * @param token the header {@code Authorization}; empty for none
   */
  ProxyCheck(Connecting connecting, String token) {
    this.connecting = connecting;
    this.token = token;
  }

  @Override
  public List<Finding> findings() {
    return List.of(
        path(
            "//",
            "/v1//kv/" + NO_KEY,
            "a proxy in between merges //, so keys with it are others",
            "turn that off (merge_slashes off and proxy_pass without a path in nginx,"
                + " MergeSlashes OFF in Apache)"),
        path(
            "%2F",
            "/v1/kv%2F" + NO_KEY,
            "a proxy in between decodes %2F, so keys with it may become others",
            "have it pass paths as they are (proxy_pass without a path in nginx,"
                + " AllowEncodedSlashes NoDecode and nocanon in Apache)"),
        stream());
  }

  private Finding path(String name, String path, String changed, String fix) {
    try (RawHttp http = connecting.open()) {
      Reply reply = http.ask("GET", path, token);
      boolean isOfServer = reply.header("content-type").orElse("").contains("problem+json");
      if (reply.status() == NOT_FOUND && isOfServer) {
        return Finding.ok(name, "arrives as it was sent");
      }
      return isOfServer
          ? Finding.warn(name, changed, fix + QUERY_FORM)
          : Finding.warn(
              name,
              "a proxy in between refuses " + name + " in a path with " + reply.status(),
              fix + QUERY_FORM);
    } catch (IOException failure) {
      return Finding.warn(
          name,
          "a proxy in between ends the connection at " + name + " in a path",
          fix + QUERY_FORM);
    }
  }

  private Finding stream() {
    try (RawHttp http = connecting.open()) {
      int status = http.begin("/v1/watch?prefix=kvapp-doctor", token);
      if (status == UNAUTHORIZED || status == FORBIDDEN) {
        return Finding.warn(
            "streams",
            "not looked at, as the server wants a user who may read",
            "give one with --user, and the password in KVAPP_PASSWORD");
      }
      return status == 200
          ? Finding.ok("streams", "arrive at once")
          : Finding.warn(
              "streams", "/v1/watch answers " + status, "look at the server and at the proxy");
    } catch (SocketTimeoutException buffered) {
      return Finding.warn(
          "streams",
          "a proxy in between keeps them back, so watchers see changes late or never",
          "turn buffering off for /v1/watch (proxy_buffering off in nginx)");
    } catch (IOException failure) {
      return Finding.warn(
          "streams", "/v1/watch ends at once", "look at the server's log and at the proxy");
    }
  }
}
