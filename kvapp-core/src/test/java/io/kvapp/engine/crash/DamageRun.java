package io.kvapp.engine.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Opens a damaged folder, which must be right or refused by name, and opens it again with leave to
 * drop what is damaged, after which it must work.
 *
 * <p>For one thread.
 */
final class DamageRun {
  private final DamageSamples samples;
  private final DamageSamples.Sample sample;
  private final Path damaged;
  private boolean refused;

  DamageRun(DamageSamples samples, DamageSamples.Sample sample, Path damaged) {
    this.samples = samples;
    this.sample = sample;
    this.damaged = damaged;
  }

  /** True when the damage was noticed, false when it was harmless. */
  boolean check() throws IOException {
    try (ScratchFolder copies = ScratchFolder.inMemory()) {
      Path copy = Files.createDirectory(copies.path().resolve("store"));
      DamageSamples.copy(damaged, copy);
      openAsItIs(damaged);
      openDamaged(copy);
    }
    return refused;
  }

  private void openAsItIs(Path folder) {
    try (KVStore store = DamageSamples.open(folder, false)) {
      readEachKey(store);
      boolean scanned = scan(store, Scan.all()) & scan(store, Scan.all().reversed());
      boolean whole = store.admin().verify().ok();
      require(scanned || !whole, "verify() says nothing of an unreadable entry");
    } catch (KVException failure) {
      named(failure);
    }
  }

  private void readEachKey(KVStore store) {
    for (Map.Entry<String, String> entry : sample.newest().entrySet()) {
      try {
        Optional<byte[]> value = store.get(DamageSamples.bytes(entry.getKey()));
        String found = value.map(bytes -> new String(bytes, ISO_8859_1)).orElse(null);
        require(isRight(entry.getKey(), found), "get of " + entry.getKey() + " is wrong");
      } catch (KVException failure) {
        named(failure);
      }
    }
  }

  private boolean isRight(String key, String value) {
    return sample.states().stream()
        .anyMatch(state -> java.util.Objects.equals(state.get(key), value));
  }

  /** Whether the scan could be read, and so was right. */
  private boolean scan(KVStore store, Scan scan) {
    try {
      Map<String, String> found = read(store, scan);
      require(sample.states().contains(found), "a scan is wrong");
      require(store.size() == found.size(), "the size is wrong");
      return true;
    } catch (KVException failure) {
      named(failure);
      return false;
    }
  }

  private static Map<String, String> read(KVStore store, Scan scan) {
    Map<String, String> found = new TreeMap<>();
    Scan next = scan.limit(10);
    while (true) {
      Page page = store.scan(next);
      for (Entry entry : page.entries()) {
        found.put(new String(entry.key(), ISO_8859_1), new String(entry.value(), ISO_8859_1));
      }
      if (!page.more()) {
        return found;
      }
      next = next.after(page.entries().get(page.entries().size() - 1).key());
    }
  }

  private void named(KVException failure) {
    refused = true;
    String message = failure.getMessage();
    require(!message.contains("\n"), "more than one line: " + message);
    if (failure instanceof KVException.Corrupt corrupt) {
      require(message.contains(corrupt.file().toString()), "no file in: " + message);
      require(
          message.contains("openDamaged(true), as --open-damaged does, which drops"),
          "no consequence in: " + message);
    } else if (!(failure instanceof KVException.UnknownFormat)) {
      throw new AssertionError("neither corrupt nor of an unknown format: " + failure, failure);
    }
  }

  private void openDamaged(Path folder) {
    Map<String, String> found;
    try (KVStore store = DamageSamples.open(folder, true)) {
      List<String> dropped = store.admin().recovery().dropped();
      found = read(store, Scan.all());
      require(read(store, Scan.all().reversed()).equals(found), "the two directions differ");
      found.forEach((key, value) -> require(samples.everHad(key, value), key + " is made up"));
      require(!dropped.isEmpty() || sample.states().contains(found), "lost without a word");
      require(dropped.stream().allMatch(line -> line.contains(folder.toString())), "no file named");
      require(store.admin().verify().ok(), "not whole: " + store.admin().verify().faults());
      store.put(DamageSamples.bytes("after"), DamageSamples.bytes("value"));
      found.put("after", "value");
    } catch (KVException.UnknownFormat refusedByName) {
      return;
    }
    try (KVStore store = DamageSamples.open(folder, false)) {
      require(store.admin().recovery().clean(), "not clean after a close");
      require(read(store, Scan.all()).equals(found), "changed by a restart");
      require(store.admin().verify().ok(), "not whole after a restart");
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
