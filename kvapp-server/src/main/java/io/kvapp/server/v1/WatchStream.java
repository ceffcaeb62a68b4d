package io.kvapp.server.v1;

import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.server.http.message.BodyOutput;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The events of one watcher, written as they are read from the store, so that a slow watcher holds
 * no more than what it is about to take. An id stands only where everything up to it has been told:
 * on the last change of a revision, on {@code synced}, on heartbeats and at the end.
 *
 * <p>Not thread-safe.
 */
final class WatchStream implements ResponseBody {
  private static final byte[] RETRY = JsonOutput.ascii("retry: 2000\n\n");
  private static final byte[] ID = JsonOutput.ascii("id: ");
  private static final byte[] DATA = JsonOutput.ascii("data: ");
  private static final byte[] COMMENT = JsonOutput.ascii(":\n\n");
  private static final byte[] LINE_END = JsonOutput.ascii("\n");
  private static final byte[] BLOCK_END = JsonOutput.ascii("\n\n");

  private final Changes changes;
  private final WatchMemory memory;
  private final boolean keysOnly;
  private final Consumer<List<Change>> told;
  private final Runnable gone;
  private final Runnable requireToken;
  private final Runnable requireClient;
  private final LongSupplier revision;
  private final long heartbeatNanos;
  private final long lookNanos;
  private BodyOutput output;
  private JsonOutput json;
  private long lastMessage;
  private long lastLook;

  /**
   * A stream.
   *
   * @param changes are closed at its end; who closes them before ends it
   * @param memory where what comes next has been claimed
   * @param told gets the changes of each message
   * @param gone runs if the watcher is too slow for the history
   * @param requireToken throws if the watcher may not go on
   * @param requireClient throws if the watcher has left
   * @param revision that of the store
   */
  WatchStream(
      Changes changes,
      WatchMemory memory,
      boolean keysOnly,
      Consumer<List<Change>> told,
      Runnable gone,
      Runnable requireToken,
      Runnable requireClient,
      LongSupplier revision,
      Duration heartbeat,
      Duration look) {
    this.changes = changes;
    this.memory = memory;
    this.keysOnly = keysOnly;
    this.told = told;
    this.gone = gone;
    this.requireToken = requireToken;
    this.requireClient = requireClient;
    this.revision = revision;
    this.heartbeatNanos = heartbeat.toNanos();
    this.lookNanos = look.toNanos();
  }

  @Override
  public void writeTo(BodyOutput to) throws IOException {
    output = to;
    json = new JsonOutput(to);
    try (changes) {
      output.write(RETRY);
      lastMessage = System.nanoTime();
      lastLook = lastMessage;
      goOn();
    }
  }

  private void goOn() throws IOException {
    try {
      while (mayGoOn()) {
        List<Change> next = changes.next(Duration.ZERO);
        if (next.isEmpty()) {
          output.flush();
          next = changes.next(Duration.ofNanos(untilNextLook()));
        }
        write(next);
        memory.release();
      }
    } catch (KVException.HistoryGone tooSlow) {
      gone.run();
      output.write(DATA);
      ChangeJson.writeGone(json, tooSlow.oldest(), revision.getAsLong());
      output.write(BLOCK_END);
      return;
    } catch (KVException.WrongState stopping) {
      // Closed, since the server stops.
    } catch (HttpException exhausted) {
      // There is no memory for what comes next; the watcher goes on by its id when it comes again.
    }
    writeId();
  }

  private boolean mayGoOn() throws IOException {
    long now = System.nanoTime();
    if (now - lastMessage >= heartbeatNanos) {
      beat();
      lastMessage = now;
    }
    if (now - lastLook >= lookNanos) {
      lastLook = now;
      requireReader();
      try {
        requireToken.run();
      } catch (HttpException ended) {
        return false;
      }
    }
    return true;
  }

  private long untilNextLook() {
    long now = System.nanoTime();
    return Math.max(0, Math.min(lastLook + lookNanos, lastMessage + heartbeatNanos) - now);
  }

  /** A reader that has left gives its place back at the next look, not at the next message. */
  private void requireReader() throws IOException {
    try {
      requireClient.run();
    } catch (HttpException left) {
      throw new IOException("the watcher has left", left);
    }
  }

  private void beat() throws IOException {
    if (!writeId()) {
      output.write(COMMENT);
    }
    output.flush();
  }

  private void write(List<Change> next) throws IOException {
    long place = changes.revision();
    for (int index = 0; index < next.size(); index++) {
      if (place > 0 && index == next.size() - 1) {
        json.raw(ID).number(place).raw(LINE_END);
      }
      output.write(DATA);
      ChangeJson.write(json, next.get(index), keysOnly);
      output.write(BLOCK_END);
    }
    if (!next.isEmpty()) {
      told.accept(next);
      lastMessage = System.nanoTime();
    }
  }

  /** Writes where to go on, which fires no event; returns false inside the state. */
  private boolean writeId() throws IOException {
    long place = changes.revision();
    if (place > 0) {
      json.raw(ID).number(place).raw(BLOCK_END);
    }
    return place > 0;
  }
}
