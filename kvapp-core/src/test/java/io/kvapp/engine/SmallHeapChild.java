package io.kvapp.engine;

import io.kvapp.Batch;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreFixture;
import io.kvapp.StoreOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process with little heap that writes into a store until it ends without closing it, or counts
 * what another has left. Prints the number of entries.
 */
final class SmallHeapChild {
  static final int SESSIONS = 1_000;
  private static final int BATCH = 10_000;

  private final AtomicLong now = new AtomicLong(1_700_000_000_000L);
  private final KVStore store;

  private SmallHeapChild(Path folder, String work) {
    StoreOptions options =
        StoreOptions.defaults()
            .withClock(() -> Instant.ofEpochMilli(now.get()))
            .withOpenDamaged(work.equals("repair"))
            .withReadOnly(work.endsWith("ReadOnly"));
    store = KVStore.open(folder, options);
  }

  public static void main(String[] arguments) {
    try {
      if (arguments[1].equals("refuseToOpenReadOnly")) {
        System.out.println(refuseToOpen(Path.of(arguments[0]), arguments[1]));
        System.out.flush();
        Runtime.getRuntime().halt(0);
      }
      SmallHeapChild child = new SmallHeapChild(Path.of(arguments[0]), arguments[1]);
      int count = Integer.parseInt(arguments[2]);
      switch (arguments[1]) {
        case "longKeys" -> child.putLongKeys(count);
        case "batches" -> child.commitLongKeys(count);
        case "largeValues" -> child.readLargeValues();
        case "tiny" -> child.putTinyKeys(count);
        case "tinyWrites" -> child.store.commit(tinyWrites(count));
        case "tooManyWrites" -> child.refuse(tinyWrites(count));
        case "sessions" -> child.refreshSessions(count);
        case "read", "repair" -> child.read(count);
        case "openReadOnly" -> child.requireEntry(2);
        default -> throw new IllegalArgumentException(arguments[1]);
      }
      System.out.println(child.store.size());
      System.out.flush();
      Runtime.getRuntime().halt(0);
    } catch (Throwable failure) {
      failure.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private static int refuseToOpen(Path folder, String work) {
    try {
      new SmallHeapChild(folder, work);
      throw new AssertionError("a journal was read that this heap does not hold");
    } catch (KVException refused) {
      if (!refused.getMessage().contains("-Xmx")) {
        throw refused;
      }
      return 0;
    }
  }

  private void requireEntry(int i) {
    if (store.get(longKey(i)).isEmpty()) {
      throw new AssertionError("entry " + i + " is gone");
    }
  }

  static byte[] longKey(int i) {
    return ByteBuffer.allocate(1_000).putLong(i * 0x9e37_79b9_7f4a_7c15L).putInt(i).array();
  }

  private void putLongKeys(int count) {
    for (int i = 0; i < count; i++) {
      store.put(longKey(i), new byte[10]);
    }
  }

  private void commitLongKeys(int count) {
    for (int i = 0; i < count; ) {
      Batch batch = new Batch();
      for (int end = i + BATCH; i < end; i++) {
        batch.put(longKey(i), new byte[10]);
      }
      store.commit(batch);
    }
  }

  private void readLargeValues() {
    refuseToRead("flushed");
    refuseToRead("journal");
    store.put("small", "again");
    store.admin().compact();
    refuseToRead("journal");
    if (!store.get("small").equals(Optional.of("again"))) {
      throw new AssertionError("the small value is gone");
    }
    if (!store.admin().verify().faults().isEmpty()) {
      throw new AssertionError(store.admin().verify().faults().toString());
    }
    store.put("most", "v".repeat(store.limits().maxValueBytes()));
    if (store.get("most").orElseThrow().length() != store.limits().maxValueBytes()
        || !store.delete("flushed")) {
      throw new AssertionError("the largest value for this heap is not served");
    }
  }

  private void refuseToRead(String key) {
    try {
      store.get(key);
      throw new AssertionError("the value of " + key + " was read");
    } catch (KVException refused) {
      if (!refused.getMessage().contains("-Xmx")) {
        throw refused;
      }
    }
  }

  private void putTinyKeys(int count) {
    for (int i = 0; i < count; i++) {
      store.put(ByteBuffer.allocate(4).putInt(i).array(), new byte[0], Duration.ofDays(1));
    }
    store.admin().compact();
    for (int i = 0; i < count; i += 97) {
      byte[] from = ByteBuffer.allocate(4).putInt(i).array();
      if (store.scan(Scan.range(from, null).limit(1)).entries().isEmpty()) {
        throw new AssertionError("entry " + i + " is gone");
      }
    }
  }

  private static Batch tinyWrites(int count) {
    Batch batch = new Batch();
    for (int i = 0; i < count; i++) {
      batch.put(ByteBuffer.allocate(4).putInt(i).array(), new byte[0]);
    }
    return batch;
  }

  private void refuse(Batch batch) {
    try {
      store.commit(batch);
      throw new AssertionError("a batch of too many writes was taken");
    } catch (IllegalArgumentException refused) {
      if (!refused.getMessage().contains(store.limits().maxBatchOperations() + " operations")) {
        throw refused;
      }
    }
  }

  private void refreshSessions(int count) {
    for (int i = 0; i < count; i++) {
      if (i % 500 == 0) {
        now.incrementAndGet();
      }
      byte[] key = StoreFixture.utf8("session:" + i % SESSIONS);
      store.put(key, new byte[8], Duration.ofHours(1));
    }
  }

  /** Reads some of the entries with long keys, and writes one more. */
  private void read(int count) {
    for (int i = 0; i < count; i += 997) {
      if (store.get(longKey(i)).isEmpty()) {
        throw new AssertionError("entry " + i + " is gone");
      }
    }
    store.put(longKey(count), new byte[10]);
  }
}
