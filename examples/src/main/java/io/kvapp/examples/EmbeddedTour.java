package io.kvapp.examples;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** A tour of the store inside one's own process, with nothing listening anywhere. */
public final class EmbeddedTour {
  private final KVStore store;
  private final PrintStream out;

  private EmbeddedTour(KVStore store, PrintStream out) {
    this.store = store;
    this.out = out;
  }

  /**
   * Takes the tour.
   *
   * @param arguments a folder for the tour's data; none for a temporary one
   */
  public static void main(String[] arguments) throws IOException {
    Path folder =
        arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("kvapp-tour");
    run(folder, System.out);
  }

  static void run(Path folder, PrintStream out) {
    Path data = folder.resolve("store");
    Path backup = folder.resolve("backup");
    try (KVStore store = KVStore.open(data)) {
      EmbeddedTour tour = new EmbeddedTour(store, out);
      tour.writeAndRead();
      tour.searchByPrefix();
      tour.pageThroughARange();
      tour.expire();
      tour.changeOnlyWhatIsUnchanged();
      tour.writeTogether();
      store.admin().backup(backup);
      out.println("backed up " + store.size() + " entries");
    }
    try (KVStore store = KVStore.open(data)) {
      out.println("after a restart there are still " + store.size() + " entries");
    }
    try (KVStore store = KVStore.open(folder.resolve("restored"))) {
      out.println("restored " + store.admin().restore(backup) + " entries");
    }
  }

  private void writeAndRead() {
    store.put("city:szeged", "Szeged");
    out.println("city:szeged is " + store.get("city:szeged").orElse("not there"));
    out.println("city:atlantis is " + store.get("city:atlantis").orElse("not there"));
  }

  private void searchByPrefix() {
    store.put("city:győr", "Győr");
    store.put("city:pécs", "Pécs");
    store.put("river:tisza", "Tisza");
    store
        .entries(Scan.prefix("city:"))
        .forEach(entry -> out.println(entry.keyString() + " = " + entry.valueString()));
    out.println(store.count("city:") + " cities");
  }

  private void pageThroughARange() {
    Scan scan = Scan.prefix("city:").limit(2).reversed().keysOnly();
    Page page = store.scan(scan);
    StringBuilder pages = new StringBuilder("backwards in pages:");
    while (true) {
      pages.append(' ').append(page.entries().stream().map(Entry::keyString).toList());
      if (!page.more()) {
        break;
      }
      Entry last = page.entries().get(page.entries().size() - 1);
      page = store.scan(scan.after(last.key()));
    }
    out.println(pages);
  }

  private void expire() {
    store.put("session:42", "Anna", Duration.ofMinutes(30));
    Entry session = store.entry("session:42").orElseThrow();
    out.println("session:42 expires: " + session.expiresAt().isPresent());
  }

  private void changeOnlyWhatIsUnchanged() {
    long seen = store.put("counter", "1");
    OptionalLong first = store.compareAndSet("counter", seen, "2");
    OptionalLong second = store.compareAndSet("counter", seen, "3");
    out.println("the first change " + (first.isPresent() ? "won" : "lost"));
    out.println("the second change " + (second.isPresent() ? "won" : "lost"));
    Optional<String> added =
        store.update("counter", now -> now.map(text -> Integer.parseInt(text) + 1 + ""));
    out.println("the counter is " + added.orElse("gone"));
  }

  private void writeTogether() {
    long revision = store.entry("river:tisza").orElseThrow().revision();
    BatchResult result =
        store.commit(
            new Batch()
                .ifRevision("river:tisza", revision)
                .ifAbsent("water:tisza")
                .delete("river:tisza")
                .put("water:tisza", "Tisza"));
    out.println("the river was renamed: " + result.applied());
  }
}
