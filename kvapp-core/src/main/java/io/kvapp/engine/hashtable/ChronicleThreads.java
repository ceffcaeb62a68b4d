package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.WorkerThread;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The bounded set of platform threads that may touch a library which keeps state for every thread
 * it meets.
 *
 * <p>Platform threads have state of their own until the maximum is reached; a thread that dies
 * gives its place back. Virtual threads and those beyond the maximum have none. A small pool of
 * daemon threads, started on demand, makes calls for others.
 *
 * <p>Safe for any thread. A caller's interrupt never reaches a call in the pool: it is kept until
 * the call is over.
 *
 * @param <S> the state each thread works with
 */
final class ChronicleThreads<S> implements AutoCloseable {
  private static final int IDLE_SECONDS = 10;

  private final ThreadLocal<S> states = new ThreadLocal<>();
  private final List<WeakReference<Thread>> direct = new ArrayList<>();
  private final int maxDirect;
  private final Supplier<S> newState;
  private final ThreadPoolExecutor pool;

  ChronicleThreads(String name, int maxDirect, int poolThreads, Supplier<S> newState) {
    this.maxDirect = maxDirect;
    this.newState = newState;
    pool =
        new ThreadPoolExecutor(
            poolThreads,
            poolThreads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> WorkerThread.thread(name, task));
    pool.allowCoreThreadTimeOut(true);
  }

  /** The calling thread's own state, or null if it has none. */
  S mine() {
    if (VirtualThreads.isVirtual(Thread.currentThread())) {
      return null;
    }
    S state = states.get();
    return state != null || !admit() ? state : newDirectState();
  }

  /** Runs a call in the pool and waits for it; keeps interrupts until it is over. */
  <R, X extends Exception> R call(Call<S, R, X> call) throws X {
    FutureTask<R> task = new FutureTask<>(() -> call.with(pooledState()));
    pool.execute(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw ChronicleThreads.<RuntimeException>unchanged(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A call that needs the state of its thread. */
  interface Call<S, R, X extends Exception> {
    R with(S state) throws X;
  }

  /** How many threads hold state now, the pool's included. */
  int holders() {
    synchronized (direct) {
      return direct.size() + pool.getPoolSize();
    }
  }

  /**
   * Takes the value of a thread local, which is not used any more, from the callers' threads.
   *
   * @param local may be null, then there is nothing to take
   */
  void forget(ThreadLocal<?> local) {
    synchronized (direct) {
      for (WeakReference<Thread> place : direct) {
        Thread thread = place.get();
        if (thread != null && local != null) {
          ThreadValues.clear(local, thread);
        }
      }
    }
  }

  /** Ends the pool's threads once their calls are done; the callers' threads keep nothing. */
  @Override
  public void close() {
    pool.shutdown();
    forget(states);
  }

  private boolean admit() {
    synchronized (direct) {
      if (direct.size() >= maxDirect) {
        direct.removeIf(ChronicleThreads::isDead);
      }
      return direct.size() < maxDirect && direct.add(new WeakReference<>(Thread.currentThread()));
    }
  }

  private S newDirectState() {
    S state = newState.get();
    states.set(state);
    return state;
  }

  private S pooledState() {
    S state = states.get();
    return state != null ? state : newDirectState();
  }

  private static boolean isDead(WeakReference<Thread> place) {
    Thread thread = place.get();
    return thread == null || !thread.isAlive();
  }

  /** Lets a call's own exception through as it is, checked ones included. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> RuntimeException unchanged(Throwable cause) throws T {
    throw (T) cause;
  }
}
