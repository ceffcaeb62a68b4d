package io.kvapp.engine.crash;

import io.kvapp.Batch;
import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A process that writes to a store and watches it: what it is told it writes to a file, one list of
 * changes after the other with the place to go on from, until it is killed.
 */
final class WatcherChild {
  /** Thresholds at which everything happens all the time. */
  static final EngineOptions TUNING =
      new EngineOptions(64 << 10, 256 << 10, 1 << 20, 200 << 10, 25);

  private static final int WRITERS = 3;
  private static final int KEYS = 300;

  private WatcherChild() {}

  /**
   * Runs until it is killed.
   *
   * @param arguments the folder of the store, the file, the revision to go on from, a seed
   */
  public static void main(String[] arguments) throws Exception {
    try {
      KVStore store = open(Path.of(arguments[0]));
      for (int i = 0; i < WRITERS; i++) {
        SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[3]) + i);
        Thread writer = new Thread(() -> write(store, random));
        writer.setUncaughtExceptionHandler((thread, failure) -> end(failure));
        writer.start();
      }
      try (DataOutputStream told =
          new DataOutputStream(
              new BufferedOutputStream(
                  Files.newOutputStream(
                      Path.of(arguments[1]),
                      StandardOpenOption.CREATE,
                      StandardOpenOption.APPEND)))) {
        watch(store, Long.parseLong(arguments[2]), told);
      }
    } catch (Throwable failure) {
      end(failure);
    }
  }

  private static void end(Throwable failure) {
    failure.printStackTrace();
    Runtime.getRuntime().halt(CrashChild.WRONG);
  }

  static KVStore open(Path folder) {
    return DiskStore.open(folder, StoreOptions.defaults(), new Disk(), TUNING);
  }

  private static void write(KVStore store, SplittableRandom random) {
    while (true) {
      String key = "key " + random.nextInt(KEYS);
      String value = "value " + random.nextInt();
      switch (random.nextInt(5)) {
        case 0 -> store.delete(key);
        case 1 -> store.put(key, value, Duration.ofMillis(1 + random.nextInt(100)));
        case 2 -> store.commit(new Batch().put(key, value).put("other " + key, value));
        case 3 -> store.put(key, value.repeat(1 + random.nextInt(300)));
        default -> store.put(key, value);
      }
    }
  }

  private static void watch(KVStore store, long after, DataOutputStream told) throws IOException {
    try (Changes changes = store.changes(Changes.all().after(after))) {
      while (true) {
        List<Change> next = changes.next(Duration.ofSeconds(1));
        told.writeInt(next.size());
        for (Change change : next) {
          told.writeInt(change.kind().ordinal());
          told.writeInt(change.key().length);
          told.write(change.key());
          told.writeInt(change.value().length);
          told.write(change.value());
          told.writeLong(change.revision());
          told.writeLong(change.expiresAtMillis());
        }
        told.writeLong(changes.revision());
        told.flush();
      }
    }
  }
}
