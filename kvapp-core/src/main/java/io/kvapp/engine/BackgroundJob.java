package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.journal.Journal;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work on a thread of its own that runs once for any number of requests made before it began.
 *
 * <p>Work that lacks space or memory is tried again at the next request; any other failure of the
 * disk makes the store read-only.
 *
 * <p>Safe for any thread.
 */
final class BackgroundJob {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundJob.class);

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
  private volatile IOException noSpace;
  private volatile KVException.Corrupt damage;

  /**
   * A job.
   *
   * @param name of the thread
   * @param journal takes no more writes when the work fails
   * @param progress raised after each run
   */
  BackgroundJob(String name, Work work, Journal journal, Signal progress) {
    this.thread = WorkerThread.executor(name);
    this.name = name;
    this.work = work;
    this.journal = journal;
    this.progress = progress;
  }

  void request() {
    if (thread.isShutdown()) {
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

  private void perform() {
    requested.set(false);
    try {
      work.run();
      noSpace = null;
      damage = null;
    } catch (IOException failure) {
      if (Disk.isNoSpace(failure)) {
        if (noSpace == null) {
          LOG.warn("{} waits for space on the disk: {}", name, failure.getMessage());
        }
        noSpace = failure;
      } else {
        LOG.error("{} failed, so the store is read-only: {}", name, failure.toString());
        journal.fail(failure);
      }
    } catch (KVException.NoSpace failure) {
      noSpace = new IOException(failure.getMessage(), failure);
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
  IOException noSpace() {
    return noSpace;
  }

  /** What the last run found damaged, so that it did not get on; null where it did. */
  KVException.Corrupt damage() {
    return damage;
  }

  /** Ends the job; a run under way finishes first. */
  void close() {
    stop(thread);
  }

  /** Shuts an executor down and waits for its last task, also on an interrupted thread. */
  static void stop(ExecutorService executor) {
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
}
