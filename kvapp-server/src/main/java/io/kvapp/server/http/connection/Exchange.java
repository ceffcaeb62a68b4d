package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.FinishedRequest;
import io.kvapp.server.http.message.RequestObserver;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is noted about the request at hand, for those who observe requests: the one place that tells
 * them. One object serves all requests of a connection.
 *
 * <p>Not thread-safe.
 */
final class Exchange implements FinishedRequest {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private final List<RequestObserver> observers;
  private final RequestHead head;
  private final RequestId id;
  private long begunAt;
  private String route;
  private String user;
  private boolean longLived;
  private int status;
  private long bytesIn;
  private long bytesOut;
  private long nanos;

  Exchange(List<RequestObserver> observers, RequestHead head, RequestId id) {
    this.observers = observers;
    this.head = head;
    this.id = id;
  }

  /** A request begins to arrive. */
  void begin() {
    route = null;
    user = null;
    longLived = false;
    begunAt = observers.isEmpty() ? 0 : System.nanoTime();
  }

  /** The request is answered by the route of this pattern. */
  void route(String pattern) {
    route = pattern;
  }

  /** The request is this user's. */
  void user(String name) {
    user = name;
  }

  /** The request lasts for as long as its client likes. */
  void lasts() {
    longLived = true;
  }

  /** The request was answered. */
  void end(int responseStatus, long receivedBytes, long sentBytes) {
    if (observers.isEmpty()) {
      return;
    }
    nanos = System.nanoTime() - begunAt;
    status = responseStatus;
    bytesIn = receivedBytes;
    bytesOut = sentBytes;
    for (RequestObserver observer : observers) {
      try {
        observer.finished(this);
      } catch (RuntimeException failure) {
        LOG.error("request {} was answered, and could not be noted", id, failure);
      }
    }
  }

  @Override
  public String route() {
    return route;
  }

  @Override
  public String method() {
    return head.method;
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public long bytesIn() {
    return bytesIn;
  }

  @Override
  public long bytesOut() {
    return bytesOut;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public boolean isLongLived() {
    return longLived;
  }

  @Override
  public String user() {
    return user;
  }

  @Override
  public String id() {
    return id.toString();
  }
}
