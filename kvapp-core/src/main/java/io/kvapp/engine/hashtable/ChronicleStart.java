package io.kvapp.engine.hashtable;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import net.openhft.chronicle.core.io.BackgroundResourceReleaser;
import net.openhft.chronicle.core.shutdown.PriorityHook;

/**
 * Has Chronicle's classes read their settings while these are as KVApp wants them: no telemetry, no
 * banner, no system properties from files, no thread and no shutdown hook, which would keep a class
 * loader that is thrown away.
 *
 * <p>Where the application has used Chronicle before, what that has started stays.
 *
 * <p>Thread-safe.
 */
final class ChronicleStart {
  /** For as long as Chronicle starts, and only those that are not set. */
  private static final Map<String, String> PROPERTIES =
      Map.of(
          "chronicle.analytics.disable", "true",
          "chronicle.announcer.disable", "true",
          // Else it takes them from a file in the current folder or above it.
          "system.properties", "META-INF/kvapp/chronicle.properties");

  /** The classes that read these properties, each once. */
  private static final List<String> READERS =
      List.of(
          "net.openhft.chronicle.core.Jvm",
          "net.openhft.chronicle.core.internal.announcer.InternalAnnouncer",
          "net.openhft.chronicle.map.internal.AnalyticsHolder");

  private ChronicleStart() {}

  /** Starts Chronicle; the second time there is nothing left to do. */
  static void run() throws IOException, ReflectiveOperationException {
    StandIns.define();
    boolean first = PriorityHook.getRegisteredHook() == null;
    Properties system = System.getProperties();
    List<String> added =
        PROPERTIES.keySet().stream()
            .filter(name -> system.putIfAbsent(name, PROPERTIES.get(name)) == null)
            .toList();
    try {
      for (String reader : READERS) {
        Class.forName(reader);
      }
    } finally {
      added.forEach(name -> system.remove(name, PROPERTIES.get(name)));
    }
    if (first) {
      BackgroundResourceReleaser.stop(); // from now on resources are released where they are closed
      PriorityHook.clear();
    }
  }
}
