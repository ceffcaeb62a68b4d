package io.kvapp.engine.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kvapp.Batch;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreFixture;
import io.kvapp.StoreOptions;
import io.kvapp.TestClock;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.FaultDisk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One run of a small workload on a {@link FaultDisk}, after which the store must hold what the
 * durability promises: everything acknowledged in its files, and after a power cut everything
 * acknowledged, or in {@link Durability#OS} all up to some acknowledged write.
 *
 * <p>Used by one thread.
 */
final class FaultRun {
  /** A step of the workload, and what it does to the entries. */
  private record Step(
      boolean writes, Consumer<KVStore> action, Consumer<Map<String, String>> effect) {}

  private final FaultDisk.Kind kind;
  private final Durability durability;
  private final FaultDisk disk;
  private final Random random;
  private final Path scratch;
  private final Path folder;
  private final Path imageFolder;
  private final EngineOptions tuning;
  private final List<Map<String, String>> states = new ArrayList<>();
  private final boolean brief;
  private Map<String, String> inDoubt;
  private int floor;
  private boolean readOnly;

  /**
   * A run.
   *
   * @param scratch an empty folder
   * @param brief whether backups and a look at a second restart are left out
   */
  FaultRun(
      Path scratch,
      FaultDisk.Kind kind,
      int operation,
      Durability durability,
      long seed,
      boolean brief)
      throws IOException {
    this.scratch = scratch;
    this.kind = kind;
    this.durability = durability;
    this.brief = brief;
    folder = Files.createDirectory(scratch.resolve("store"));
    imageFolder = Files.createDirectory(scratch.resolve("image"));
    disk = new FaultDisk(kind, operation, seed);
    random = new Random(seed);
    // Of two runs one has flushes and syncs of its own, the other those of the workload alone.
    tuning =
        seed % 2 == 0
            ? new EngineOptions(64 << 10, 256 << 10, 256 << 20, 96 << 20, 60_000)
            : new EngineOptions(8 << 10, 32 << 10, 256 << 20, 1 << 10, 2);
    states.add(new TreeMap<>());
  }

  /** The operation that failed; null when there were fewer than that. */
  String run() throws IOException {
    session(firstSession());
    session(secondSession());
    disk.cut();
    disk.writeImage(folder, imageFolder);
    disk.writeMaps(folder, imageFolder);
    disk.close();
    int acknowledged = states.size() - 1;
    check(folder, acknowledged);
    check(imageFolder, floor);
    return disk.struck();
  }

  /** How many operations the disk was asked for. */
  int operations() {
    return disk.operations();
  }

  private List<Step> firstSession() {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < (brief ? 3 : 6); i++) {
      steps.add(put("key " + i, 50));
    }
    steps.add(put("large", 20_000));
    steps.add(ttl("ttl 1"));
    steps.add(delete("key 1"));
    steps.add(batch("key 2", "key 7", "key 8"));
    steps.add(maintenance(store -> store.admin().compact()));
    steps.add(delete("large"));
    if (!brief) {
      steps.add(put("key 3", 3_000));
      steps.add(put("large 2", 100_000));
    }
    steps.add(batch("key 3", "key 9", "ttl 2"));
    steps.add(maintenance(store -> store.admin().compact()));
    if (!brief) {
      steps.add(maintenance(store -> store.admin().backup(scratch.resolve("backup"))));
    }
    steps.add(put("key 4", 10));
    steps.add(delete("key 9"));
    return steps;
  }

  private List<Step> secondSession() {
    List<Step> steps = new ArrayList<>();
    steps.add(put("key 1", 100));
    steps.add(batch("key 5", "key 1", "large 3"));
    steps.add(put("key 6", 5_000));
    return steps;
  }

  private Step put(String key, int length) {
    String value = value(length);
    return new Step(
        true, store -> store.put(bytes(key), bytes(value)), entries -> entries.put(key, value));
  }

  private Step ttl(String key) {
    return new Step(
        true,
        store -> store.put(bytes(key), bytes("expires"), Duration.ofDays(1)),
        entries -> entries.put(key, "expires"));
  }

  private Step delete(String key) {
    return new Step(true, store -> store.delete(bytes(key)), entries -> entries.remove(key));
  }

  private Step batch(String deleted, String changed, String added) {
    String value = value(200);
    return new Step(
        true,
        store ->
            store.commit(
                new Batch()
                    .delete(bytes(deleted))
                    .put(bytes(changed), bytes(value))
                    .put(bytes(added), bytes(value))),
        entries -> {
          entries.remove(deleted);
          entries.put(changed, value);
          entries.put(added, value);
        });
  }

  private Step maintenance(Consumer<KVStore> action) {
    return new Step(false, action, entries -> {});
  }

  private String value(int length) {
    byte[] value = new byte[length];
    random.nextBytes(value);
    return new String(value, ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private void session(List<Step> steps) throws IOException {
    KVStore store;
    try {
      store = DiskStore.open(folder, options(durability), disk, tuning);
    } catch (KVException failure) {
      requireStruck(failure);
      return;
    }
    if (inDoubt != null) {
      resolveDoubt(store);
    }
    readOnly = false;
    for (Step step : steps) {
      take(step, store);
    }
    try {
      store.close();
      // A store that has failed in the background keeps its journal as it is, and closes.
      if (!readOnly && (kind == FaultDisk.Kind.FULL || disk.struck() == null)) {
        floor = states.size() - 1;
      }
    } catch (KVException failure) {
      requireStruck(failure);
    }
  }

  /** After a restart an unacknowledged write is there or not, and stays so. */
  private void resolveDoubt(KVStore store) {
    if (read(store).equals(inDoubt)) {
      states.add(inDoubt);
    }
    inDoubt = null;
  }

  private void take(Step step, KVStore store) {
    Map<String, String> before = states.get(states.size() - 1);
    Map<String, String> after = new TreeMap<>(before);
    step.effect.accept(after);
    try {
      step.action.accept(store);
      if (step.writes) {
        require(!readOnly || after.equals(before), "a write was taken after one had failed");
        states.add(after);
        floor = durability == Durability.SYNC ? states.size() - 1 : floor;
      }
    } catch (KVException failure) {
      requireStruck(failure);
      if (step.writes) {
        require(
            failure instanceof KVException.ReadOnly
                || kind == FaultDisk.Kind.FULL && failure instanceof KVException.NoSpace,
            "a write failed with " + failure);
        inDoubt = inDoubt == null ? after : inDoubt;
      }
      readOnly |= failure instanceof KVException.ReadOnly;
      require(read(store).equals(before), "reads changed by a failure");
    }
  }

  private void requireStruck(KVException failure) {
    if (disk.struck() == null) {
      throw new AssertionError("failed with no fault", failure);
    }
    require(!failure.getMessage().contains("\n"), "a message of more than one line");
    require(failure.getClass() != KVException.class, "a failure without a name: " + failure);
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise + " (" + disk.struck() + ")");
    }
  }

  /** Opens what is in a folder, which must be one of the states from the lowest one on. */
  private void check(Path checked, int lowest) throws IOException {
    String name = checked.getFileName() + " after " + disk.struck();
    try (FaultDisk healthy = new FaultDisk(FaultDisk.Kind.NONE, 0, 0);
        KVStore store = DiskStore.open(checked, options(durability), healthy, tuning)) {
      Map<String, String> found = read(store);
      if (!isOneOf(found, lowest)) {
        throw new AssertionError(
            name + ": " + describe(found) + " is no state from " + lowest + " of " + describe());
      }
      require(store.admin().recovery().dropped().isEmpty(), name + " dropped something");
      require(
          store.admin().verify().ok(), name + " is not whole: " + store.admin().verify().faults());
      store.put(bytes("after"), bytes("value"));
    }
    if (brief) {
      return;
    }
    try (FaultDisk healthy = new FaultDisk(FaultDisk.Kind.NONE, 0, 0);
        KVStore store = DiskStore.open(checked, options(durability), healthy, tuning)) {
      require(store.admin().recovery().clean(), name + " was not closed cleanly");
      require(store.get(bytes("after")).isPresent(), name + " lost what was put after");
    }
  }

  private boolean isOneOf(Map<String, String> found, int lowest) {
    for (Map<String, String> state : states.subList(lowest, states.size())) {
      if (found.equals(state)) {
        return true;
      }
    }
    return found.equals(inDoubt);
  }

  private String describe() {
    List<String> each = new ArrayList<>();
    states.forEach(state -> each.add(describe(state)));
    return String.join("; ", each) + "; in doubt " + (inDoubt == null ? "" : describe(inDoubt));
  }

  private static String describe(Map<String, String> state) {
    List<String> each = new ArrayList<>();
    state.forEach((key, value) -> each.add(key + ":" + Integer.toHexString(value.hashCode())));
    return each.toString();
  }

  private Map<String, String> read(KVStore store) {
    Map<String, String> found = new TreeMap<>();
    List<Entry> upwards = StoreFixture.everything(store);
    for (Entry entry : upwards) {
      String key = new String(entry.key(), ISO_8859_1);
      found.put(key, new String(entry.value(), ISO_8859_1));
      require(store.entry(entry.key()).orElseThrow().equals(entry), "get and scan differ");
    }
    List<Entry> downwards = new ArrayList<>(StoreFixture.all(store, Scan.all().reversed()));
    Collections.reverse(downwards);
    require(upwards.equals(downwards), "the two directions differ");
    require(store.size() == upwards.size(), "the size is " + store.size());
    return found;
  }

  private static StoreOptions options(Durability durability) {
    return StoreOptions.defaults().withDurability(durability).withClock(new TestClock());
  }
}
