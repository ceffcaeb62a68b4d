package io.kvapp.engine.file;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A use of a {@link RefCounted} thing, for as long as it is open.
 *
 * <p>Safe for any thread.
 */
public final class Lease<T extends RefCounted> implements AutoCloseable {
  private final T held;
  private final Executor executor;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Lease(T held, Executor executor) {
    this.held = held;
    this.executor = executor;
  }

  /**
   * A use of a thing that the caller knows to be in use.
   *
   * @throws IllegalStateException if its last use has ended
   */
  public static <T extends RefCounted> Lease<T> of(T thing) {
    return tryOf(thing, Runnable::run)
        .orElseThrow(() -> new IllegalStateException("used after its last use: " + thing));
  }

  /**
   * A use of a thing; empty when its last one has ended already.
   *
   * @param executor gives back what is behind the thing if this is the last use
   */
  public static <T extends RefCounted> Optional<Lease<T>> tryOf(T thing, Executor executor) {
    // Made first, so that no use is left over when memory is short.
    Optional<Lease<T>> made = Optional.of(new Lease<>(thing, executor));
    return thing.tryAcquire() ? made : Optional.empty();
  }

  /** The thing, which stays as it is until this is closed. */
  public T get() {
    return held;
  }

  /** Ends the use; a second call changes nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      held.release(executor);
    }
  }
}
