package io.kvapp.server.http.routing;

import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A request that has found its route, with what the router has learned about it: its path and
 * method are known, and its caller has the role that the route asks for.
 *
 * <p>Belongs to the thread that handles the request.
 */
public final class Call {
  private final Request request;
  private final Route route;
  private final Caller caller;
  private final byte[] key;

  Call(Request request, Route route, Caller caller, byte[] key) {
    this.request = request;
    this.route = route;
    this.caller = caller;
    this.key = key;
  }

  /** The request itself. */
  public Request request() {
    return request;
  }

  /**
   * Whose request it is.
   *
   * @throws NullPointerException if the route is for {@link Access#ANYBODY}
   */
  public Caller caller() {
    return Objects.requireNonNull(caller, "the route asks for no caller");
  }

  /**
   * The bytes of the path behind its fixed part, percent-decoded once and not normalized; a new
   * array, empty where nothing is there. Its length has not been checked.
   *
   * @throws NullPointerException if the pattern of the route ends without a name in braces
   */
  public byte[] key() {
    return Objects.requireNonNull(key, "the route has no key");
  }

  /**
   * The whole body, as {@link Request#body(int)}, up to the limit of the route.
   *
   * @throws HttpException with status 413 beyond it, or as {@link Request#body(int)} throws
   */
  public ByteBuffer body() {
    return request.body(route.maxBodyBytes());
  }

  /**
   * The whole body as an array of its own, as {@link Request#bytes}, up to the limit of the route.
   *
   * @throws HttpException with status 413 beyond it, or as {@link Request#bytes} throws
   */
  public byte[] bytes() {
    return request.bytes(route.maxBodyBytes());
  }
}
