package io.kvapp.server.command.doctor;

/** Sizes for people. Stateless, safe for any thread. */
final class Sizes {
  private Sizes() {}

  /** Rounded down, in the largest unit of which there is at least one. */
  static String text(long bytes) {
    if (bytes >= 10L << 30) {
      return (bytes >> 30) + " GiB";
    }
    if (bytes >= 1 << 20) {
      return (bytes >> 20) + " MiB";
    }
    return bytes >= 1 << 10 ? (bytes >> 10) + " KiB" : bytes + " bytes";
  }
}
