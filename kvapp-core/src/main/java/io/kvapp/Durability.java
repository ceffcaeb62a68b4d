package io.kvapp;

/** When a write is acknowledged. */
public enum Durability {
  /**
   * Once it is in the operating system's memory; a background sync follows within a second. A crash
   * or kill of the process loses nothing; a power cut can lose the last second, as a whole suffix
   * of the writes and never one from their middle.
   */
  OS,

  /**
   * Once it is on the disk. Concurrent writers share one sync. Nothing acknowledged is lost, and no
   * reader sees a write that a power cut could still take back.
   */
  SYNC
}
