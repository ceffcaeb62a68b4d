package io.kvapp.bench.http;

import java.util.ArrayList;
import java.util.List;

/**
 * One kind of load.
 *
 * @param kind which requests are sent
 * @param connections over how many connections
 * @param half whether at half of the rate that the same load reached unbridled
 */
record HttpWorkload(Kind kind, int connections, boolean half) {
  /** Which requests are sent. */
  enum Kind {
    GET,
    INSERT,
    PAGE,
    MIXED
  }

  /** The workloads of full mode, or those that a few minutes allow for. */
  static List<HttpWorkload> all(boolean full) {
    List<HttpWorkload> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (int connections : full ? new int[] {1, 16, 128} : new int[] {1, 16}) {
        all.add(new HttpWorkload(kind, connections, false));
      }
    }
    // Over many connections, so that the wait of each is long enough for wrk's milliseconds.
    if (!full) {
      all.add(new HttpWorkload(Kind.GET, 128, false));
    }
    all.add(new HttpWorkload(Kind.GET, 1_024, false));
    all.add(new HttpWorkload(Kind.GET, 128, true));
    return all;
  }

  /** Its name, such as {@code GET/16}. */
  String name() {
    return kind + "/" + connections + (half ? "/half" : "");
  }
}
