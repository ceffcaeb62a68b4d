package io.kvapp.engine.file;

import io.kvapp.KVException;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs work that uses file channels on a platform thread of its own, since an interrupt of the
 * caller's thread would close the channels. The caller waits, and keeps its interrupt status.
 *
 * <p>Safe for any thread.
 */
public final class WorkerThread {
  private WorkerThread() {}

  /** Runs {@code work} on a new thread; throws what it throws, wrapped only where it must be. */
  public static <T> T call(String name, Callable<T> work) {
    return call(task -> start(name, task), work);
  }

  /**
   * Runs {@code work} on a thread of {@code executor}, as above.
   *
   * @throws KVException.WrongState if the executor was shut down, as it is when its store is closed
   */
  public static <T> T call(Executor executor, Callable<T> work) {
    // It keeps a failure without an allocation, so that the caller never waits in vain.
    FutureTask<T> result = new FutureTask<>(work);
    try {
      executor.execute(result);
    } catch (RejectedExecutionException ended) {
      throw StoreFailures.closed();
    }
    try {
      return join(result);
    } catch (ExecutionException wrapped) {
      Throwable cause = wrapped.getCause();
      if (cause instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      if (cause instanceof IOException failure) {
        throw new KVException("the store's files cannot be used: " + failure, failure);
      }
      throw new IllegalStateException(cause);
    }
  }

  private static <T> T join(FutureTask<T> result) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException early) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** One daemon thread that runs one task after the other. */
  public static ThreadPoolExecutor executor(String name) {
    return executor(name, 1);
  }

  /** Shuts an executor down and waits for its last task, also on an interrupted thread. */
  public static void stop(ExecutorService executor) {
    executor.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (executor.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException early) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** So many daemon threads that each run one task after the other. */
  public static ThreadPoolExecutor executor(String name, int threads) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        task -> thread(name, task));
  }

  /**
   * A daemon thread, not yet started, that finds classes as KVApp does, whatever the context class
   * loader of the caller is; Chronicle asks for its services by that.
   */
  public static Thread thread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.setContextClassLoader(WorkerThread.class.getClassLoader());
    return thread;
  }

  private static void start(String name, Runnable task) {
    thread(name, task).start();
  }
}
