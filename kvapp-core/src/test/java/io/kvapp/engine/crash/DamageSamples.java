package io.kvapp.engine.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kvapp.Batch;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.TestClock;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.UnsyncedDisk;
import io.kvapp.engine.journal.SegmentHeader;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * Data folders to be damaged, and what was in them when: one of a store that was closed cleanly,
 * one of a store that was killed, and one of a store that was killed after it had noted how far its
 * journal was on the disk. Each has two SSTables with entries, deletes and expiry.
 *
 * <p>Not changed once made; for any thread.
 */
public final class DamageSamples {
  static final EngineOptions TUNING =
      new EngineOptions(16 << 10, 64 << 10, 256 << 20, 96 << 20, 60_000);
  private static final EngineOptions SYNCING =
      new EngineOptions(16 << 10, 64 << 10, 256 << 20, 96 << 20, 1);
  private static final int SYNCED_AT = 24;

  /**
   * A folder.
   *
   * @param path where its files are
   * @param states what may be in it, the last one being all that was acknowledged
   */
  record Sample(String name, Path path, List<Map<String, String>> states) {
    Map<String, String> newest() {
      return states.get(states.size() - 1);
    }
  }

  private final Random random = new Random(7);
  private final Path root;
  private final Map<String, String> entries = new TreeMap<>();
  private final Map<String, Set<String>> history = new HashMap<>();
  final List<Sample> samples = new ArrayList<>();

  DamageSamples(Path root) throws IOException {
    this.root = root;
    samples.add(clean());
    samples.add(killed("killed", TUNING));
    samples.add(killed("killed after a sync", SYNCING));
  }

  static StoreOptions options(boolean openDamaged) {
    return StoreOptions.defaults().withOpenDamaged(openDamaged).withClock(new TestClock());
  }

  public static KVStore open(Path folder, boolean openDamaged) {
    return DiskStore.open(folder, options(openDamaged), new UnsyncedDisk(), TUNING);
  }

  /** Whether the key ever had this value. */
  boolean everHad(String key, String value) {
    return history.getOrDefault(key, Set.of()).contains(value);
  }

  private Sample clean() throws IOException {
    Path folder = Files.createDirectory(root.resolve("live"));
    try (KVStore store = open(folder, false)) {
      for (int i = 0; i < 60; i++) {
        put(store, "key " + i, i % 9 == 0 ? 3_000 : 30);
      }
      put(store, "large", 40_000);
      ttl(store, "ttl 1");
      ttl(store, "ttl 2");
      store.admin().compact();
    }
    try (KVStore store = open(folder, false)) {
      for (int i = 0; i < 20; i++) {
        put(store, "key " + i * 3, 50);
        delete(store, "key " + (i * 3 + 1));
      }
      delete(store, "ttl 1");
      ttl(store, "ttl 3");
    }
    return sample("clean", folder, List.of(new TreeMap<>(entries)));
  }

  private Sample killed(String name, EngineOptions tuning) throws IOException {
    Path folder = Files.createDirectory(root.resolve("from " + name));
    copy(samples.get(0).path, folder);
    Map<String, String> before = new TreeMap<>(samples.get(0).newest());
    entries.clear();
    entries.putAll(before);
    List<Map<String, String>> states = new ArrayList<>(List.of(before));
    try (KVStore store = DiskStore.open(folder, options(false), new UnsyncedDisk(), tuning)) {
      for (int i = 0; i < 12; i++) {
        switch (i % 4) {
          case 0 -> put(store, "key " + i, 20);
          case 1 -> delete(store, "key " + (i + 1));
          case 2 -> batch(store, "key " + i, "new " + i);
          default -> ttl(store, "ttl " + i);
        }
        states.add(new TreeMap<>(entries));
      }
      awaitNote(folder, tuning);
      return sample(name, folder, states);
    }
  }

  private static void awaitNote(Path folder, EngineOptions tuning) throws IOException {
    while (tuning == SYNCING) {
      Path journal = newestJournal(folder);
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(journal));
      if (bytes.order(ByteOrder.LITTLE_ENDIAN).getInt(SYNCED_AT) == usedBytes(bytes)) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  /** The last segment with records; those before it are history. */
  static Path newestJournal(Path folder) throws IOException {
    List<Path> segments = new ArrayList<>();
    for (Path segment : Disk.list(folder, "journal-*.log")) {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
      if (bytes.getInt(SegmentHeader.BYTES) != 0) {
        segments.add(segment);
      }
    }
    return segments.get(segments.size() - 1);
  }

  private static int usedBytes(ByteBuffer journal) {
    int end = SegmentHeader.BYTES;
    while (journal.getInt(end) != 0) {
      end += journal.getInt(end);
    }
    return end;
  }

  private Sample sample(String name, Path folder, List<Map<String, String>> states)
      throws IOException {
    Path copy = Files.createDirectory(root.resolve(name));
    copy(folder, copy);
    return new Sample(name, copy, List.copyOf(states));
  }

  static void copy(Path from, Path to) throws IOException {
    for (Path file : Disk.list(from, "*")) {
      Files.copy(file, to.resolve(file.getFileName()));
    }
  }

  private void put(KVStore store, String key, int length) {
    String value = value(length);
    store.put(bytes(key), bytes(value));
    note(key, value);
  }

  private void ttl(KVStore store, String key) {
    String value = value(20);
    store.put(bytes(key), bytes(value), Duration.ofDays(1));
    note(key, value);
  }

  private void delete(KVStore store, String key) {
    store.delete(bytes(key));
    entries.remove(key);
  }

  private void batch(KVStore store, String deleted, String added) {
    String value = value(100);
    store.commit(new Batch().delete(bytes(deleted)).put(bytes(added), bytes(value)));
    entries.remove(deleted);
    note(added, value);
  }

  private void note(String key, String value) {
    entries.put(key, value);
    history.computeIfAbsent(key, unused -> new HashSet<>()).add(value);
  }

  private String value(int length) {
    byte[] value = new byte[length];
    random.nextBytes(value);
    return new String(value, ISO_8859_1);
  }

  static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }
}
