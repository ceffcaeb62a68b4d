package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.journal.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work on a thread of its own that runs once for any number of requests made before it began.
 *
 * <p>Work that lacks space is tried again after a while, which doubles from a second to two minutes
 * as long as that fails, or as soon as the disk has what it was known to need; work that lacks
 * memory is tried again at the next request; any other failure of the disk makes the store
 * read-only.
 *
 * <p>Safe for any thread.
 */
final class BackgroundJob {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundJob.class);

  private static final long MIN_DELAY_MILLIS = 1_000;
  private static final long MAX_DELAY_MILLIS = 120_000;

  /** Work that may fail for want of space or because the disk is broken. */
  interface Work {
    void run() throws IOException;
  }

  /** The job's thread, for work that must not run beside the job. */
  final ThreadPoolExecutor thread;

  private final String name;
  private final Work work;
  private final Journal journal;
  private final Signal progress;
  private final AtomicBoolean requested = new AtomicBoolean();
  private final Runnable performing = this::perform;
  private final InstantSource clock;
  private final LongPredicate hasSpace;
  private volatile NoSpaceException noSpace;
  private volatile KVException.Corrupt damage;
  private volatile long retryAt;
  private long delayMillis;
  private boolean said;

  /**
   * A job.
   *
   * @param name of the thread
   * @param journal takes no more writes when the work fails
   * @param progress raised after each run
   * @param clock measures how long work that lacks space waits
   * @param hasSpace whether so many bytes are free on the disk
   */
  BackgroundJob(
      String name,
      Work work,
      Journal journal,
      Signal progress,
      InstantSource clock,
      LongPredicate hasSpace) {
    this.thread = WorkerThread.executor(name);
    this.name = name;
    this.work = work;
    this.journal = journal;
    this.progress = progress;
    this.clock = clock;
    this.hasSpace = hasSpace;
  }

  void request() {
    if (thread.isShutdown() || isHeldBack()) {
      return;
    }
    if (!requested.compareAndSet(false, true)) {
      // A thread that has died for want of memory does not come back on its own.
      thread.prestartCoreThread();
      return;
    }
    try {
      thread.execute(performing);
    } catch (RejectedExecutionException closing) {
      requested.set(false);
    } catch (Throwable failure) {
      requested.set(false);
      throw failure;
    }
  }

  private boolean isHeldBack() {
    NoSpaceException missing = noSpace;
    long wait = retryAt - clock.millis();
    // A clock that was set back must not hold the work back for longer.
    return missing != null
        && wait > 0
        && wait <= MAX_DELAY_MILLIS
        && !(missing.isUntried() && hasSpace.test(missing.neededBytes()));
  }

  private void lacksSpace(NoSpaceException failure) {
    if (!said) {
      LOG.warn("{} waits for space on the disk: {}", name, failure.getMessage());
      said = true;
    }
    delayMillis = Math.min(MAX_DELAY_MILLIS, Math.max(MIN_DELAY_MILLIS, delayMillis * 2));
    retryAt = clock.millis() + delayMillis;
    noSpace = failure;
  }

  private void succeeded() {
    NoSpaceException before = noSpace;
    said &= before == null || !hasSpace.test(before.neededBytes());
    delayMillis = 0;
    noSpace = null;
  }

  private void perform() {
    requested.set(false);
    try {
      work.run();
      succeeded();
      damage = null;
    } catch (NoSpaceException failure) {
      lacksSpace(failure);
    } catch (IOException failure) {
      LOG.error("{} failed, so the store is read-only: {}", name, failure.toString());
      journal.fail(failure);
    } catch (KVException.NoSpace failure) {
      lacksSpace(new NoSpaceException(Path.of(name), 0, new IOException(failure)));
    } catch (KVException.WrongState closed) {
      LOG.debug("{} ends with the store", name);
    } catch (KVException.Corrupt found) {
      if (damage == null) {
        LOG.error("{} stopped: {}", name, found.getMessage());
      }
      damage = found;
    } catch (KVException failure) {
      LOG.error("{} stopped: {}", name, failure.getMessage());
    } catch (InternalError unreadable) {
      LOG.error("{} stopped, as a page of a mapped file cannot be read", name, unreadable);
    } catch (OutOfMemoryError | StackOverflowError shortage) {
      LOG.warn("{} is tried again: {}", name, shortage.toString());
    } catch (RuntimeException | Error failure) {
      LOG.error("{} failed, so the store is read-only", name, failure);
      journal.fail(new IOException(name + " failed: " + failure, failure));
    } finally {
      progress.raise();
    }
  }

  /** Why the last run lacked space; null where it did not. */
  NoSpaceException noSpace() {
    return noSpace;
  }

  /** What the last run found damaged, so that it did not get on; null where it did. */
  KVException.Corrupt damage() {
    return damage;
  }

  /** Ends the job; a run under way finishes first. */
  void close() {
    WorkerThread.stop(thread);
  }
}
