package io.kvapp.bench.http;

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
}
