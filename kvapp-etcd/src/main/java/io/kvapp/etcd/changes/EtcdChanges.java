package io.kvapp.etcd.changes;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.layout.Layout;
import io.kvapp.etcd.read.PageReader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The changes of a store, from a watch of all its entries that is filtered here. When a member does
 * not answer, the watch goes on at another one behind what was read.
 *
 * <p>{@link #next} is for one thread at a time, the other methods for any thread.
 */
public final class EtcdChanges implements Changes {
  /** Makes the calls of a store, which a close of the store waits for. */
  public interface Calls {
    /** Returns what a call returns; fails with what a caller is told. */
    <T> T call(Supplier<T> work);
  }

  private static final int PAGE_ENTRIES = 1_000;
  private static final long PAGE_BYTES = 4 << 20;

  private final Calls calls;
  private final Cluster cluster;
  private final Layout layout;
  private final PageReader pages;
  private final InstantSource clock;
  private final From from;
  private final Consumer<EtcdChanges> onClose;
  private final Deque<Revised> read = new ArrayDeque<>();

  /** Reads the state; null when all of it is told. */
  private State state;

  /** Up to which revision changes are read. */
  private long seen;

  /** The same as a revision of the cluster, which counts other writes too. */
  private long reached;

  /** Once it is read up to here, all there was is told; above every revision when that is told. */
  private long syncedAt;

  private KVException.HistoryGone gone;
  private volatile long revision;
  private volatile Watch watch;
  private volatile boolean closed;

  public EtcdChanges(
      Calls calls,
      Cluster cluster,
      Layout layout,
      PageReader pages,
      InstantSource clock,
      From from,
      Consumer<EtcdChanges> onClose) {
    this.calls = calls;
    this.cluster = cluster;
    this.layout = layout;
    this.pages = pages;
    this.clock = clock;
    this.from = from;
    this.onClose = onClose;
  }

  /** Where the reading of the state is. */
  private static final class State {
    private int range;
    private boolean isBegun;
    private Scan rest;
    private PageReader.ReadPage page;

    /** Below this key all is told; null for all keys. */
    private byte[] told = {};
  }

  /** Finds where to begin. */
  public void open() {
    PageReader.ReadPage head = calls.call(pages::head);
    long after = from.after().orElse(head.head());
    if (from.after().isPresent() ? isKept(after, head) : !from.hasState()) {
      seen = after;
      revision = after;
      reached = after == head.head() ? head.clusterRevision() : after;
      syncedAt = head.head();
    } else if (from.hasState()) {
      beginState(head);
    } else {
      throw new KVException.HistoryGone(Math.min(oldest(), head.head()));
    }
  }

  private void beginState(PageReader.ReadPage head) {
    endWatch();
    read.clear();
    state = new State();
    seen = head.head();
    reached = head.clusterRevision();
    revision = 0;
  }

  /** Whether every change behind a revision can be read. */
  private boolean isKept(long after, PageReader.ReadPage head) {
    if (after >= head.head()) {
      return after == head.head();
    }
    RangeRequest request =
        RangeRequest.newBuilder().setKey(layout.head()).setRevision(Math.max(1, after)).build();
    return calls.call(
        () -> {
          try {
            cluster.read(KVGrpc.getRangeMethod(), request);
            return true;
          } catch (CallException failed) {
            if (failed.fault() == CallException.Fault.COMPACTED) {
              return false;
            }
            throw failed;
          }
        });
  }

  /** The revision up to which the cluster is compacted, as a watch from the beginning is told. */
  private long oldest() {
    Watch first = Watch.begin(cluster, layout, 1);
    try {
      long wait = cluster.settings().attempt().toNanos();
      for (WatchResponse told = first.poll(wait); told != null; told = first.poll(wait)) {
        if (told.getCanceled()) {
          return told.getCompactRevision();
        }
        if (told.getEventsCount() > 0) {
          return 0;
        }
      }
    } catch (CallException failed) {
      throw failed.toCaller(cluster.settings());
    } finally {
      first.end();
    }
    return 0;
  }

  @Override
  public List<Change> next(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    Deadline end = Deadline.in(limited(timeout));
    Deadline patience = Deadline.in(cluster.settings().timeout());
    boolean isHeadKnown = false;
    long head = 0;
    for (int tries = 0; ; ) {
      requireOpen();
      try {
        Optional<List<Change>> told = step();
        if (told.isPresent() && told.get().isEmpty()) {
          continue;
        }
        if (told.isPresent()) {
          return told.get();
        }
        if (state == null && syncedAt == Long.MAX_VALUE && seen >= head && read.isEmpty()) {
          if (!isHeadKnown && poll(0)) {
            continue;
          }
          if (!isHeadKnown) {
            head = newest();
            isHeadKnown = true;
            continue;
          }
          if (end.hasPassed()) {
            return List.of();
          }
          poll(Math.min(end.left(), Long.MAX_VALUE / 2));
        } else if (read.isEmpty()) {
          awaitProgress();
        }
        tries = 0;
      } catch (CallException | KVException.Unavailable busy) {
        if (busy instanceof CallException failed && !failed.isBusy()) {
          throw failed.toCaller(cluster.settings());
        }
        if (end.hasPassed() && patience.hasPassed()) {
          return List.of();
        }
        Deadline.in(cluster.settings().timeout()).pause(tries++);
      }
    }
  }

  private static Duration limited(Duration timeout) {
    Duration longest = Duration.ofDays(10_000);
    return timeout.compareTo(longest) > 0 ? longest : timeout;
  }

  private void requireOpen() {
    if (closed) {
      throw new KVException.WrongState("the changes are closed");
    }
    if (gone != null) {
      throw gone;
    }
  }

  /** What is next of what was read, perhaps nothing chosen; empty if more has to be read. */
  private Optional<List<Change>> step() {
    if (state != null && !state.isBegun) {
      state.isBegun = true;
      return Optional.of(List.of(Change.mark(Change.Kind.RESET, seen)));
    }
    if (state != null && state.page == null) {
      readPage();
    }
    if (state != null && seen >= state.page.head()) {
      return Optional.of(tellPage());
    }
    if (state == null && seen >= syncedAt) {
      syncedAt = Long.MAX_VALUE;
      revision = seen;
      return Optional.of(List.of(Change.mark(Change.Kind.SYNCED, seen)));
    }
    if (read.isEmpty()) {
      return Optional.empty();
    }
    Revised next = state == null ? read.peek() : read.peek().below(state.told);
    if (!next.changes().isEmpty()) {
      from.room().accept(next.bytes());
    }
    read.remove();
    seen = next.revision();
    reached = Math.max(reached, seen);
    revision = state == null ? seen : 0;
    return Optional.of(next.changes());
  }

  private void readPage() {
    if (state.rest == null) {
      state.rest = from.ranges().get(state.range).limit(PAGE_ENTRIES).maxBytes(PAGE_BYTES);
    }
    from.room().accept(PAGE_BYTES);
    state.page = calls.call(() -> pages.read(state.rest, clock.millis()));
  }

  private List<Change> tellPage() {
    Page page = state.page.page();
    state.page = null;
    if (page.more()) {
      byte[] last = page.entries().get(page.entries().size() - 1).key();
      state.rest = state.rest.after(last);
      state.told = Arrays.copyOf(last, last.length + 1);
    } else {
      state.told = state.rest.to();
      state.rest = null;
      state.range++;
      if (state.range == from.ranges().size()) {
        state = null;
        syncedAt = seen;
      }
    }
    return page.entries().stream().map(entry -> Revised.put(entry, from)).toList();
  }

  /** The revision of the newest write. */
  private long newest() {
    PageReader.ReadPage head = calls.call(pages::head);
    if (head.clusterRevision() < seen) {
      // The cluster was made anew from a backup.
      giveUp(head.head());
    } else if (head.head() == seen) {
      reached = Math.max(reached, head.clusterRevision());
    }
    return head.head();
  }

  /** Waits for changes that are there; a member that does not send them is left. */
  private void awaitProgress() {
    if (!poll(cluster.settings().attempt().toNanos()) && !closed) {
      Watch silent = watch;
      watch = null;
      silent.leave();
    }
  }

  /** Reads on from the watch; returns whether something came. */
  private boolean poll(long nanos) {
    if (watch == null) {
      watch = Watch.begin(cluster, layout, reached + 1);
      if (closed) {
        watch.end();
        return false;
      }
    }
    WatchResponse response;
    try {
      response = watch.poll(nanos);
    } catch (CallException failed) {
      Watch broken = watch;
      watch = null;
      broken.leave();
      throw failed;
    }
    if (response == null) {
      return false;
    }
    if (response.getCanceled()) {
      endWatch();
      if (response.getCompactRevision() == 0) {
        throw canceled(response.getCancelReason());
      }
      giveUp(response.getCompactRevision());
      return true;
    }
    read.addAll(Revised.of(response, layout, from));
    if (read.isEmpty() && !response.getCreated()) {
      reached = Math.max(reached, response.getHeader().getRevision());
    }
    return true;
  }

  private static RuntimeException canceled(String reason) {
    Status status =
        reason.contains("permission denied") ? Status.PERMISSION_DENIED : Status.UNAVAILABLE;
    return new CallException(status.withDescription(reason), true);
  }

  /** Goes on behind what is gone, with the state where that is wanted. */
  private void giveUp(long oldest) {
    if (!from.hasState()) {
      endWatch();
      gone = new KVException.HistoryGone(oldest);
      throw gone;
    }
    beginState(calls.call(pages::head));
  }

  private void endWatch() {
    Watch ended = watch;
    watch = null;
    if (ended != null) {
      ended.end();
    }
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public void close() {
    closed = true;
    Watch ended = watch;
    if (ended != null) {
      ended.end();
    }
    onClose.accept(this);
  }
}
