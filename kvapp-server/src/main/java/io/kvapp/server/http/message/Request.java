package io.kvapp.server.http.message;

import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * One request as a handler sees it. It belongs to the thread that handles it, and ends with its
 * response: a handler keeps what it needs, not the request.
 */
public interface Request {
  /** The method as it was sent; never null. */
  String method();

  /** The path, undecoded and without the query; begins with a slash, or is a single asterisk. */
  String path();

  /** The query, undecoded and without its question mark; empty where there is none. */
  String query();

  /**
   * The value of a header without the white space around it; values of a repeated header are joined
   * by a comma and a space. Each byte is one character.
   *
   * @param name in lower case
   * @return null where there is no such header
   */
  String header(String name);

  /**
   * Whether there is a header whose name begins like this.
   *
   * @param prefix in lower case
   */
  boolean hasHeaderBeginning(String prefix);

  /**
   * The whole body, which is read from the connection at the first call.
   *
   * @return a buffer over an array, valid until the response is written; empty where there is no
   *     body
   * @throws HttpException if the body is malformed, too large or too slow; with status 415 if it is
   *     encoded
   */
  ByteBuffer body();

  /**
   * The whole body, as {@link #body()}, where less is expected than the server takes elsewhere.
   *
   * @throws HttpException with status 413 if it has more than {@code maxBytes}
   */
  ByteBuffer body(int maxBytes);

  /**
   * The whole body as an array of its own, which the handler may keep; for values, which are not
   * parsed. The limit of {@link #body()} does not count here.
   *
   * @throws HttpException as {@link #body()} throws; with status 413 if the body has more than
   *     {@code maxBytes}
   */
  byte[] bytes(int maxBytes);

  /**
   * The body as it arrives, of any length. The client has the time-out of a body for each 64 KiB of
   * it; the time between two reads does not count. To be read by this thread, before the response
   * is written; what is left then ends the connection. A read throws {@link HttpException} as
   * {@link #body()} does.
   *
   * @throws HttpException with status 415 if the body is encoded
   */
  InputStream bodyStream();

  /** Where the connection comes from. */
  InetAddress remote();

  /**
   * Notes the pattern of the route that answers the request, for the access log: unlike the path,
   * it never holds a key.
   */
  void route(String pattern);

  /** Notes the name of the caller, for logs. */
  void user(String name);

  /**
   * Looks whether the client still waits for the response. It takes a moment, so it is for what
   * takes long anyhow.
   *
   * @throws HttpException if the client sends no more and so is taken to have left, or if the
   *     server has ended the connection
   */
  void requireClient();

  /**
   * Makes the response to this request a long-lived one, from now until it has been written. To be
   * called by the handler, before anything is written.
   *
   * @throws HttpException with status 503 if there are as many as there may be, or the server stops
   */
  LongLived longLived();

  /** The heap that a handler reserves for large results until the response is sent. */
  Memory memory();
}
