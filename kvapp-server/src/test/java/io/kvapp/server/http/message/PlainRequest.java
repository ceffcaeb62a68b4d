package io.kvapp.server.http.message;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A request without a connection. */
public final class PlainRequest implements Request {
  private final String method;
  private final String path;
  private final Map<String, String> headers = new HashMap<>();
  private byte[] body = {};
  private boolean bodyRead;
  private String route;
  private String user;
  private long reservedBytes;

  public PlainRequest(String method, String path) {
    this.method = method;
    this.path = path;
  }

  public PlainRequest header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  public PlainRequest body(String text) {
    body = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  /** Whose request it is, as its handler says; null if it does not. */
  public String noticedUser() {
    return user;
  }

  long reservedBytes() {
    return reservedBytes;
  }

  public boolean isBodyRead() {
    return bodyRead;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String query() {
    return "";
  }

  @Override
  public String header(String name) {
    return headers.get(name);
  }

  @Override
  public boolean hasHeaderBeginning(String prefix) {
    return headers.keySet().stream().anyMatch(name -> name.startsWith(prefix));
  }

  @Override
  public ByteBuffer body() {
    bodyRead = true;
    return ByteBuffer.wrap(body);
  }

  @Override
  public byte[] bytes(int maxBytes) {
    return body(maxBytes).array();
  }

  @Override
  public InputStream bodyStream() {
    bodyRead = true;
    return new ByteArrayInputStream(body);
  }

  @Override
  public ByteBuffer body(int maxBytes) {
    if (body.length > maxBytes) {
      throw new HttpException(413, "too large");
    }
    return body();
  }

  /** The pattern of its route, as its handler says; null if it does not. */
  public String noticedRoute() {
    return route;
  }

  @Override
  public void route(String pattern) {
    route = pattern;
  }

  @Override
  public void user(String name) {
    user = name;
  }

  @Override
  public void requireClient() {
    // It waits for ever.
  }

  @Override
  public LongLived longLived() {
    return new LongLived() {
      @Override
      public boolean isEnding() {
        return false;
      }

      @Override
      public void onEnd(Runnable wake) {
        // It never stops.
      }
    };
  }

  @Override
  public Memory memory() {
    return bytes -> reservedBytes += bytes;
  }

  @Override
  public InetAddress remote() {
    return InetAddress.getLoopbackAddress();
  }
}
