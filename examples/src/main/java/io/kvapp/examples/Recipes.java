package io.kvapp.examples;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.KVStore;
import io.kvapp.OperationResult;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Common tasks in a few lines each; docs/java.md explains them.
 *
 * <p>Safe for any thread, as the store is.
 */
public final class Recipes {
  private final KVStore store;

  /** Recipes on a store, which stays the caller's. */
  public Recipes(KVStore store) {
    this.store = store;
  }

  // A lock with a fencing token

  /** Takes a lock; the token of its holder, empty while another holds it. */
  public OptionalLong lock(String name, String owner, Duration lease) {
    return store.putIfAbsent("lock:" + name, owner, lease);
  }

  /** Holds a lock longer; its new token, empty once it is lost. */
  public OptionalLong renew(String name, long token, Duration lease) {
    Batch batch = new Batch().ifRevision("lock:" + name, token);
    BatchResult result = store.commit(batch.touch("lock:" + name, Expiry.in(lease)));
    return result.applied() ? OptionalLong.of(result.revision()) : OptionalLong.empty();
  }

  /** Gives a lock back; false if it was lost before. */
  public boolean unlock(String name, long token) {
    return store.compareAndDelete("lock:" + name, token);
  }

  /** Writes under a lock: not at all once it is lost. */
  public boolean putLocked(String name, long token, String key, String value) {
    return store.commit(new Batch().ifRevision("lock:" + name, token).put(key, value)).applied();
  }

  // Counters

  /** Whether a user may make another request: at most so many in a minute. */
  public boolean mayGoOn(String user, long mostInAMinute) {
    return store.add("rate:" + user, 1, Duration.ofMinutes(1)) <= mostInAMinute;
  }

  /** Moves an amount from one account to another; false if there is not enough. */
  public boolean transfer(String from, String to, long amount) {
    while (true) {
      Optional<Entry> source = store.entry(from);
      if (source.isEmpty() || Long.parseLong(source.get().valueString()) < amount) {
        return false;
      }
      Batch batch = new Batch().ifRevision(from, source.get().revision());
      if (store.commit(batch.add(from, -amount).add(to, amount)).applied()) {
        return true;
      }
    }
  }

  // A session that lives on while it is used

  /** The value of a session, which then lives half an hour more; empty once it is over. */
  public Optional<String> session(String id) {
    Batch batch = new Batch().get("session:" + id);
    batch.touch("session:" + id, Expiry.in(Duration.ofMinutes(30)));
    OperationResult.Get read = (OperationResult.Get) store.commit(batch).results().get(0);
    return read.entry().map(Entry::valueString);
  }
}
