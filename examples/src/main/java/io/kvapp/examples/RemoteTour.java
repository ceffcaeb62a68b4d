package io.kvapp.examples;

import io.kvapp.Change;
import io.kvapp.Changes;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;

/** A tour of the store of a server, used from another process as if it were in this one. */
public final class RemoteTour {
  private RemoteTour() {}

  /** Takes the tour on a store in memory and any free port. */
  public static void main(String[] arguments) {
    run(System.out);
  }

  static void run(PrintStream out) {
    try (KVServer server = KVServer.builder().inMemory().port(0).build().start();
        KVStore store = KVStore.open("http://localhost:" + server.port())) {
      take(store, out);
    }
  }

  private static void take(KVStore store, PrintStream out) {
    store.put("city:szeged", "Szeged");
    store.put("city:győr", "Győr");
    out.println("city:szeged is " + store.get("city:szeged").orElse("not there"));
    store
        .entries(Scan.prefix("city:"))
        .forEach(entry -> out.println(entry.keyString() + " = " + entry.valueString()));
    store.update("visits", visits -> Optional.of(visits.orElse("") + "|"));
    try (Changes changes = store.changes(Changes.of("city:"))) {
      Duration patience = Duration.ofSeconds(10);
      out.println(changes.next(patience).get(0).kind());
      store.delete("city:győr");
      Change change = changes.next(patience).get(0);
      out.println(change.kind() + " " + change.keyString());
    }
    out.println("the server has " + store.admin().stats().entries() + " entries");
  }
}
