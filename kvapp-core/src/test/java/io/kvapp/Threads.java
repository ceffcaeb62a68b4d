package io.kvapp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Runs work on several threads that begin together. */
public final class Threads {
  private static final long TIME_LIMIT_SECONDS = 60;

  private Threads() {}

  /** What the work of each thread returned, in the order given; its first failure is thrown. */
  public static <T> List<T> together(List<Callable<T>> work) {
    return together(work, Thread::new);
  }

  /** The same on threads made by {@code factory}, which are not started yet. */
  public static <T> List<T> together(List<Callable<T>> work, Function<Runnable, Thread> factory) {
    CountDownLatch begin = new CountDownLatch(1);
    List<FutureTask<T>> tasks = new ArrayList<>();
    for (Callable<T> each : work) {
      FutureTask<T> task =
          new FutureTask<>(
              () -> {
                begin.await();
                return each.call();
              });
      tasks.add(task);
      factory.apply(task).start();
    }
    begin.countDown();
    return tasks.stream().map(Threads::await).toList();
  }

  /** Starts the work on a thread of its own. */
  public static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    new Thread(task).start();
    return task;
  }

  /** What the work returned, once it has. */
  public static <T> T await(FutureTask<T> task) {
    try {
      return task.get(TIME_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      throw new AssertionError("a thread failed: " + failure.getCause(), failure.getCause());
    } catch (InterruptedException | TimeoutException failure) {
      throw new AssertionError("a thread did not end", failure);
    }
  }
}
