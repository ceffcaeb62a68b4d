package io.kvapp.server.http.connection;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the threads that serve connections come from: virtual threads where the JVM has them, as it
 * has from JDK 21 on, so that a connection that waits costs no more than its state; else platform
 * threads. {@code -Dkvapp.virtualThreads=false} has them be platform threads in any case.
 *
 * <p>Safe for any thread.
 */
final class ThreadSource {
  /** The system property that, set to {@code false}, leaves virtual threads alone. */
  static final String PROPERTY = "kvapp.virtualThreads";

  private static final String NAME = "kvapp-http-";
  private static final long STACK_BYTES = 512 << 10;
  private static final long IDLE_SECONDS = 30;

  private final ThreadFactory factory;
  private final boolean isVirtual;

  private ThreadSource(ThreadFactory factory, boolean isVirtual) {
    this.factory = factory;
    this.isVirtual = isVirtual;
  }

  /** The best source of this JVM. */
  static ThreadSource ofJvm() {
    if (!"false".equalsIgnoreCase(System.getProperty(PROPERTY))) {
      try {
        return new ThreadSource(virtualThreads(), true);
      } catch (ReflectiveOperationException older) {
        // Then platform threads do.
      }
    }
    return platform();
  }

  /** Platform threads. */
  static ThreadSource platform() {
    AtomicLong number = new AtomicLong();
    return new ThreadSource(
        task -> {
          Thread thread = new Thread(null, task, NAME + number.incrementAndGet(), STACK_BYTES);
          thread.setDaemon(true);
          return thread;
        },
        false);
  }

  /** What {@code Thread.ofVirtual().name(NAME, 1).factory()} gives on a JDK that has it. */
  private static ThreadFactory virtualThreads() throws ReflectiveOperationException {
    Class<?> builderType = Class.forName("java.lang.Thread$Builder");
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      builderType.getMethod("name", String.class, long.class).invoke(builder, NAME, 1L);
      return (ThreadFactory) builderType.getMethod("factory").invoke(builder);
    } catch (InvocationTargetException preview) {
      throw new ReflectiveOperationException(preview.getCause());
    }
  }

  /** Makes threads that end with this JVM at the latest. */
  ThreadFactory factory() {
    return factory;
  }

  /** Whether the threads are virtual. */
  boolean isVirtual() {
    return isVirtual;
  }

  /** How long a thread is kept for the next connection; a virtual one is not worth keeping. */
  long idleSeconds() {
    return isVirtual ? 0 : IDLE_SECONDS;
  }
}
