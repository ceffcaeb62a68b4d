package io.kvapp.server.command.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * The heap against the values and the bodies that a server is told to take.
 *
 * <p>For one thread; used once.
 */
final class HeapCheck implements Check {
  /** A value takes at most this share of the heap. */
  private static final int VALUE_SHARE = 8;

  private static final int RECENT_KEYS_SHARE = 16;

  private final Setup.Limits limits;
  private final long heapBytes;

  HeapCheck(Setup.Limits limits, long heapBytes) {
    this.limits = limits;
    this.heapBytes = heapBytes;
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    String heap = "the heap has " + Sizes.text(heapBytes);
    String buffered = "--max-buffered " + Sizes.text(limits.maxBufferedBytes());
    String value = "--max-value " + Sizes.text(limits.maxValueBytes());
    if (limits.maxBufferedBytes() > heapBytes - heapBytes / RECENT_KEYS_SHARE) {
      findings.add(
          Finding.fail(
              "heap",
              heap + ", less than " + buffered + " and recent keys take, so it can run out",
              "raise -Xmx, or lower --max-buffered"));
    } else if (limits.maxBufferedBytes() > heapBytes / 2) {
      findings.add(
          Finding.warn(
              "heap",
              heap + ", of which " + buffered + " may take more than half",
              "raise -Xmx, or lower --max-buffered"));
    }
    if (limits.maxValueBytes() > heapBytes / VALUE_SHARE) {
      findings.add(
          Finding.warn(
              "heap",
              heap
                  + ", so values of more than "
                  + Sizes.text(heapBytes / VALUE_SHARE)
                  + " are refused in spite of "
                  + value,
              "raise -Xmx to eight times as much as --max-value"));
    }
    if (limits.maxBufferedBytes() < limits.maxValueBytes()) {
      findings.add(
          Finding.warn(
              "heap",
              buffered + " has no room for one value of " + value + ", which gets 503",
              "raise --max-buffered, or -Xmx, a quarter of which it is by default"));
    }
    return findings.isEmpty()
        ? List.of(Finding.ok("heap", heap + ", for " + buffered + " and " + value))
        : findings;
  }
}
