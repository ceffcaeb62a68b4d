package io.kvapp.bench.embedded;

/** An engine, or its JVM, could not do what it was told to. */
final class EngineFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EngineFailure(String message) {
    super(message);
  }
}
