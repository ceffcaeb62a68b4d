package io.kvapp.engine.transfer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/**
 * Passes lists from one thread to another, which iterates over their elements: while one list is
 * used the next is made.
 *
 * <p>For two threads that are never interrupted.
 *
 * @param <T> an element
 */
final class Handover<T> implements Iterator<T> {
  private static final int MILLIS_BETWEEN_LOOKS = 100;

  private final SynchronousQueue<List<T>> lists = new SynchronousQueue<>();
  private final List<T> end = new ArrayList<>();
  private Iterator<T> list = end.iterator();
  private boolean ended;
  private volatile boolean cancelled;

  /**
   * Passes a list on.
   *
   * @param work of the other thread
   * @return false if that has ended
   */
  boolean put(List<T> next, Future<?> work) {
    try {
      while (!lists.offer(next, MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS)) {
        if (work.isDone()) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException never) {
      throw new IllegalStateException(never);
    }
  }

  /** Has the iterator end behind what was passed on. */
  void end(Future<?> work) {
    put(end, work);
  }

  /** Has the iterator throw a CancellationException. */
  void cancel() {
    cancelled = true;
  }

  @Override
  public boolean hasNext() {
    while (!list.hasNext() && !ended) {
      List<T> next = take();
      ended = next == end;
      list = next.iterator();
    }
    return list.hasNext();
  }

  private List<T> take() {
    try {
      while (!cancelled) {
        List<T> next = lists.poll(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
        if (next != null) {
          return next;
        }
      }
      throw new CancellationException();
    } catch (InterruptedException never) {
      throw new IllegalStateException(never);
    }
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return list.next();
  }
}
