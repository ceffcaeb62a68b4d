package io.kvapp.client.http.connection;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs what an interrupt must not end: a socket that a virtual thread waits on is closed by one,
 * that of a platform thread is not.
 *
 * <p>All methods may be called from any thread.
 */
final class PlatformThreads {
  /** Work that waits on a socket. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  private static final MethodHandle IS_VIRTUAL = isVirtual();
  private static final AtomicInteger NUMBER = new AtomicInteger();

  /** Threads that end when they have nothing to do; one for each virtual thread that waits. */
  private static final Executor EXECUTOR =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread thread = new Thread(task, "kvapp-client-" + NUMBER.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });

  private PlatformThreads() {}

  /** Does it on this thread, or on another where this is a virtual one. */
  static <T> T run(Work<T> work) throws IOException {
    if (!isVirtual(Thread.currentThread())) {
      return work.run();
    }
    FutureTask<T> task = new FutureTask<>(work::run);
    EXECUTOR.execute(task);
    try {
      return Waits.get(task, Long.MAX_VALUE);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException fault) {
        throw fault;
      }
      if (failed.getCause() instanceof RuntimeException fault) {
        throw fault;
      }
      throw (Error) failed.getCause();
    } catch (TimeoutException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static boolean isVirtual(Thread thread) {
    try {
      return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(thread);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Java 21 and later have them. */
  private static MethodHandle isVirtual() {
    try {
      return MethodHandles.lookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException older) {
      return null;
    }
  }
}
