package io.kvapp;

import java.util.List;

/**
 * What {@link StoreAdmin#verify()} found.
 *
 * @param entries live entries read
 * @param bytes bytes of files whose checksums were checked
 * @param faults one line for each thing that is wrong, naming file and offset; empty when all is
 *     well
 */
public record VerifyReport(long entries, long bytes, List<String> faults) {
  /** Whether nothing is wrong. */
  public boolean ok() {
    return faults.isEmpty();
  }
}
