package io.kvapp.engine.crash;

/** What the writers of a crash test do most. */
enum Workload {
  /** Everything that a store can do, with values of all sizes. */
  MIXED(6_000, 45, 53, 59, 67, 69, 79, 82, 98),

  /** Small values, most of which expire. */
  EXPIRING(6_000, 10, 70, 74, 78, 79, 85, 88, 99),

  /** The same under keys of 1,000 bytes and more, which fill a small heap. */
  LONG_KEYS(9_000, 15, 65, 70, 74, 75, 82, 85, 99);

  /** How many keys each writer has. */
  final int keys;

  private final int[] ends;

  /**
   * A workload.
   *
   * @param ends the percentages at which the kinds of step end, in their order
   */
  Workload(int keys, int... ends) {
    this.keys = keys;
    this.ends = ends;
  }

  CrashStep.Kind kind(int percent) {
    int kind = 0;
    while (kind < ends.length && percent >= ends[kind]) {
      kind++;
    }
    return CrashStep.Kind.values()[kind];
  }

  boolean hasLargeValues() {
    return this == MIXED;
  }

  /** A writer's key of a number. */
  String key(int writer, int index) {
    String key = CrashStep.prefix(writer) + "%05d".formatted(index);
    if (this == LONG_KEYS) {
      return key + "x".repeat(1_000 + index % 1_000);
    }
    return index % 97 == 0 ? key + "x".repeat(index % 4_000) : key;
  }
}
