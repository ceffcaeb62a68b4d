package io.kvapp.bench.report;

import java.util.Locale;

/** Numbers for people. */
public final class Figures {
  private Figures() {}

  /** Three digits that count, thousands separated. */
  public static String of(double value) {
    double size = Math.abs(value);
    if (size >= 100) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
  }
}
