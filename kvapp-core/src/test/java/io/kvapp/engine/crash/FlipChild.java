package io.kvapp.engine.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kvapp.Batch;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A process in which one bit of a file of an open store flips, again and again: reads are right or
 * refused by name, and once the bit is what it was, nothing that was acknowledged is missing. What
 * a hash table hides, {@code verify} finds.
 *
 * <p>Prints a line for each round, and ends with status 0 if all is well.
 */
final class FlipChild {
  private static final Set<String> NOTHING = Collections.singleton(null);

  private final Path folder;
  private final Random random;

  /** What each key may hold; null for nothing. More than one after a write that failed. */
  private final Map<String, Set<String>> expected = new HashMap<>();

  private Path file;
  private String kind;
  private long at;
  private int whole;
  private int flipped;
  private byte[] damaged;
  private boolean noticed;
  private boolean hidden;
  private boolean over;

  private FlipChild(Path folder, long seed) {
    this.folder = folder;
    this.random = new Random(seed * 0x9e37_79b9L);
  }

  /** Arguments: a folder that is not there yet, a seed and the number of rounds. */
  public static void main(String[] arguments) throws Exception {
    long seed = Long.parseLong(arguments[1]);
    for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
      Path folder = Path.of(arguments[0]).resolve("store-" + round);
      FlipChild child = new FlipChild(Files.createDirectories(folder), seed + round);
      System.out.print("seed " + (seed + round) + " ");
      System.out.flush();
      try {
        child.run();
      } catch (Throwable failure) {
        System.out.println(child.described() + ": " + failure);
        failure.printStackTrace(System.out);
        System.out.flush();
        Runtime.getRuntime().halt(1);
      }
      String outcome = child.hidden ? "hidden" : child.noticed ? "noticed" : "harmless";
      System.out.println("flip " + child.kind + " " + outcome);
      System.out.flush();
      CrashCycles.deleteAll(folder);
    }
    Runtime.getRuntime().halt(0);
  }

  private String described() {
    return file + " at " + at + ": " + whole + " made " + flipped;
  }

  private KVStore open() {
    return DamageSamples.open(folder, false);
  }

  private void run() throws IOException {
    fill();
    KVStore store = open();
    write(store, 5 + random.nextInt(60));
    flip();
    lookAt(store);
    write(store, random.nextInt(20));
    if (random.nextBoolean()) {
      named(() -> store.admin().compact());
    }
    lookAt(store);
    if (isHashTable()) {
      requireFound(store);
    } else if (random.nextBoolean()) {
      undo();
      requireAll(store);
    }
    named(() -> noticed |= !store.admin().verify().ok());
    named(store::close);
    named(this::reopen);
    undo();
    // What verify has found in a hash table is not used again.
    over = true;
    try (KVStore again = open()) {
      requireAll(again);
      require(again.admin().verify().ok(), "not whole: " + again.admin().verify().faults());
    }
  }

  private void reopen() {
    try (KVStore again = open()) {
      lookAt(again);
    }
  }

  /** Two SSTables, with entries of all sizes, deletes and times to live. */
  private void fill() {
    try (KVStore store = open()) {
      write(store, 20 + random.nextInt(300));
      store.admin().compact();
      write(store, 20 + random.nextInt(100));
    }
  }

  private void write(KVStore store, int count) {
    for (int i = 0; i < count; i++) {
      String key = "key " + random.nextInt(200);
      String value = value();
      switch (random.nextInt(10)) {
        case 0, 1 -> delete(store, key);
        case 2 ->
            attempt(
                Map.of(key, value),
                () ->
                    store.put(
                        DamageSamples.bytes(key), DamageSamples.bytes(value), Duration.ofDays(1)));
        case 3 -> commit(store, key, value);
        default ->
            attempt(
                Map.of(key, value),
                () -> store.put(DamageSamples.bytes(key), DamageSamples.bytes(value)));
      }
    }
  }

  private String value() {
    int[] sizes = {10, 100, 1_000, 2_000, 3_000, 20_000};
    byte[] value = new byte[random.nextInt(sizes[random.nextInt(sizes.length)])];
    random.nextBytes(value);
    return new String(value, ISO_8859_1);
  }

  private void delete(KVStore store, String key) {
    Map<String, String> after = new HashMap<>();
    after.put(key, null);
    boolean[] there = new boolean[1];
    Set<String> before = allowed(key);
    boolean done = attempt(after, () -> there[0] = store.delete(DamageSamples.bytes(key)));
    if (done && !there[0] && !before.contains(null)) {
      require(isHashTable(), "delete() finds nothing of " + key);
      hidden = true;
      expected.put(key, before);
    }
  }

  private void commit(KVStore store, String key, String value) {
    Map<String, String> after = new HashMap<>();
    Batch batch = new Batch();
    for (int i = 0; i < 5; i++) {
      String other = "key " + random.nextInt(200);
      after.put(other, null);
      batch.delete(DamageSamples.bytes(other));
    }
    after.put(key, value);
    batch.put(DamageSamples.bytes(key), DamageSamples.bytes(value));
    attempt(after, () -> store.commit(batch));
  }

  /** Writes; after a failure both what was and what was to be is right. */
  private boolean attempt(Map<String, String> after, Runnable write) {
    boolean done = named(write);
    after.forEach(
        (key, value) -> {
          Set<String> may = new HashSet<>(done ? Set.of() : allowed(key));
          may.add(value);
          expected.put(key, may);
        });
    return done;
  }

  private Set<String> allowed(String key) {
    return expected.getOrDefault(key, NOTHING);
  }

  /** Does it, which may fail by name; whether it did not. */
  private boolean named(Runnable action) {
    try {
      action.run();
      return true;
    } catch (KVException failure) {
      noticed = true;
      require(file != null, "failed with nothing flipped: " + failure);
      require(!failure.getMessage().contains("\n"), "more than one line: " + failure);
      boolean byName = failure.getMessage().contains(folder.toString());
      boolean corrupt =
          failure instanceof KVException.Corrupt || failure instanceof KVException.UnknownFormat;
      if (!byName || !corrupt && !(failure instanceof KVException.ReadOnly)) {
        throw new AssertionError("not by name: " + failure, failure);
      }
      return false;
    }
  }

  // The flip

  private boolean isHashTable() {
    return !over && file != null && file.getFileName().toString().startsWith("live-");
  }

  private void flip() throws IOException {
    List<Path> files = Disk.list(folder, "*");
    Map<String, List<Path>> kinds = new HashMap<>();
    for (Path each : files) {
      // The next segment of the journal, which is made ready under another name, is none yet.
      if (!each.toString().endsWith(".tmp")) {
        kinds.computeIfAbsent(kindOf(each), unused -> new ArrayList<>()).add(each);
      }
    }
    List<String> names = kinds.keySet().stream().sorted().toList();
    kind = names.get(random.nextInt(names.size()));
    List<Path> candidates = kinds.get(kind);
    file = candidates.get(random.nextInt(candidates.size()));
    byte[] bytes = Files.readAllBytes(file);
    int used = bytes.length;
    while (used > 1 && bytes[used - 1] == 0 && random.nextInt(1 << 20) != 0) {
      used--;
    }
    at = random.nextInt(used);
    // A hash table is mostly empty.
    for (int i = 0; i < 100 && bytes[(int) at] == 0 && isHashTable(); i++) {
      at = random.nextInt(used);
    }
    whole = bytes[(int) at] & 0xff;
    flipped = whole ^ 1 << random.nextInt(8);
    replace(whole, flipped);
    damaged = isSmall() ? Files.readAllBytes(file) : null;
  }

  private boolean isSmall() {
    return kind.equals("MANIFEST") || kind.equals("LOCK");
  }

  private static String kindOf(Path file) {
    String name = file.getFileName().toString();
    return name.contains(".")
        ? name.split("-")[0] + name.substring(name.lastIndexOf('.'))
        : name.split("-")[0];
  }

  /** Makes the byte what it was, if the store has not written or given up the file meanwhile. */
  private void undo() throws IOException {
    if (isHashTable() || Files.notExists(file) || Files.size(file) <= at) {
      return;
    }
    // A manifest that was written anew may have the same digit in this place.
    if (!isSmall() || Arrays.equals(Files.readAllBytes(file), damaged)) {
      replace(flipped, whole);
    }
  }

  private void replace(int expectedByte, int with) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(at);
      if (out.read() == expectedByte) {
        out.seek(at);
        out.write(with);
      }
    }
  }

  // What must hold

  /** Reads everything, which is right or fails by name. */
  private void lookAt(KVStore store) {
    for (String key : expected.keySet()) {
      named(() -> requireRight(store, key));
    }
    named(() -> requireRight(store, Scan.all()));
    named(() -> requireRight(store, Scan.all().reversed()));
  }

  private void requireAll(KVStore store) {
    for (String key : expected.keySet()) {
      requireRight(store, key);
    }
    long count = requireRight(store, Scan.all());
    require(requireRight(store, Scan.all().reversed()) == count, "the two directions differ");
    require(store.size() == count, "size() is " + store.size() + " of " + count);
  }

  private void requireRight(KVStore store, String key) {
    String found =
        store
            .get(DamageSamples.bytes(key))
            .map(value -> new String(value, ISO_8859_1))
            .orElse(null);
    if (!allowed(key).contains(found)) {
      require(found == null && isHashTable(), "get of " + key + " is wrong: " + shorten(found));
      hidden = true;
    }
  }

  private long requireRight(KVStore store, Scan scan) {
    Map<String, String> found = new HashMap<>();
    try (Stream<Entry> entries = store.entries(scan)) {
      entries.forEach(
          entry ->
              require(
                  found.put(
                          new String(entry.key(), ISO_8859_1),
                          new String(entry.value(), ISO_8859_1))
                      == null,
                  "a key comes twice"));
    }
    for (String key : expected.keySet()) {
      require(allowed(key).contains(found.get(key)), "a scan is wrong about " + key);
    }
    require(expected.keySet().containsAll(found.keySet()), "a scan makes a key up");
    return found.size();
  }

  /** What a hash table hides, {@code verify} finds, and it is there after that. */
  private void requireFound(KVStore store) {
    boolean ok = store.admin().verify().ok();
    noticed |= !ok;
    require(!hidden || !ok, "verify() says nothing of what the hash table hides");
  }

  private static String shorten(String value) {
    return value == null ? "nothing" : value.length() + " bytes";
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
