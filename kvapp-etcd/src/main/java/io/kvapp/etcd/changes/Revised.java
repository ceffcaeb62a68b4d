package io.kvapp.etcd.changes;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.WatchResponse;
import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.Entry;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.etcd.layout.Layout;
import io.kvapp.etcd.layout.StoredValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What one revision has changed.
 *
 * <p>Immutable as long as its arrays are left alone, and then safe for any thread.
 *
 * @param revision the revision
 * @param changes the changes of the chosen keys, in their order
 * @param bytes what they take
 */
record Revised(long revision, List<Change> changes, long bytes) {
  private static final byte[] NO_VALUE = {};
  private static final int BYTES_OF_A_CHANGE = 100;

  /** The revisions of a response, in their order. */
  static List<Revised> of(WatchResponse response, Layout layout, Changes.From from) {
    List<Revised> all = new ArrayList<>();
    List<Event> events = response.getEventsList();
    int begin = 0;
    for (int i = 1; i <= events.size(); i++) {
      if (i == events.size() || revision(events.get(i)) != revision(events.get(begin))) {
        all.add(of(events.subList(begin, i), layout, from));
        begin = i;
      }
    }
    return all;
  }

  private static long revision(Event event) {
    return event.getKv().getModRevision();
  }

  private static Revised of(List<Event> events, Layout layout, Changes.From from) {
    ByteString head = layout.head();
    ByteBuffer expiries = ByteBuffer.allocate(0);
    List<KeyValue> kvs = new ArrayList<>();
    for (Event event : events) {
      if (event.getKv().getKey().equals(head)) {
        expiries = event.getKv().getValue().asReadOnlyByteBuffer();
      } else {
        kvs.add(event.getKv());
      }
    }
    kvs.sort(Comparator.comparing(kv -> layout.keyOf(kv.getKey()), Arrays::compareUnsigned));
    List<Change> changes = new ArrayList<>();
    long bytes = 0;
    for (KeyValue kv : kvs) {
      // A deleted key comes without a version.
      boolean isDeleted = kv.getVersion() == 0;
      long expiry = isDeleted && expiries.remaining() >= Long.BYTES ? expiries.getLong() : 0;
      byte[] key = layout.keyOf(kv.getKey());
      if (from.includes(key)) {
        Change change = isDeleted ? removal(key, kv, expiry) : put(key, kv, from);
        changes.add(change);
        bytes += BYTES_OF_A_CHANGE + key.length + (long) change.value().length;
      }
    }
    return new Revised(revision(events.get(0)), List.copyOf(changes), bytes);
  }

  /** A delete, or an expiry if there is one, as it is stored. */
  private static Change removal(byte[] key, KeyValue kv, long expiry) {
    if (expiry == 0) {
      return new Change(Change.Kind.DELETE, key, NO_VALUE, kv.getModRevision(), 0);
    }
    long expiresAt = StoredValue.expiresAt(expiry);
    return new Change(Change.Kind.EXPIRE, key, NO_VALUE, kv.getModRevision(), expiresAt);
  }

  private static Change put(byte[] key, KeyValue kv, Changes.From from) {
    VersionedValue value = StoredValue.decode(kv);
    return put(value.entry(key, Integer.MAX_VALUE), from);
  }

  /** The change that tells of an entry. */
  static Change put(Entry entry, Changes.From from) {
    boolean withValue = !from.isKeysOnly() && entry.valueBytes() <= from.maxValueBytes();
    return new Change(
        Change.Kind.PUT,
        entry.key(),
        withValue ? entry.value() : NO_VALUE,
        entry.revision(),
        entry.expiresAtMillis(),
        entry.valueBytes());
  }

  /** The same with the changes of keys below one alone; null for all. */
  Revised below(byte[] end) {
    return end == null
        ? this
        : new Revised(
            revision,
            changes.stream().filter(each -> Arrays.compareUnsigned(each.key(), end) < 0).toList(),
            bytes);
  }
}
