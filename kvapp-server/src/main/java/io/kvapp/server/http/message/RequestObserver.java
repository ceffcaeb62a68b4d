package io.kvapp.server.http.message;

/** Is told of each request that was answered, once. Called by many threads at once. */
@FunctionalInterface
public interface RequestObserver {
  /** A request was answered; must neither take long nor throw. */
  void finished(FinishedRequest request);
}
