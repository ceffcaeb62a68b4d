package io.kvapp.engine.hashtable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import net.openhft.chronicle.map.VanillaChronicleMap;

/**
 * The checksums that the parts of a hash table had when it was closed. Each part is compared with
 * its own once, before it is first used: so a large hash table is open at once, and damage is found
 * all the same.
 *
 * <p>Safe for any thread. A caller that changes a part has had it compared before.
 */
final class PartChecksums {
  private static final int UNCHECKED = 0;
  private static final int SOUND = 1;
  private static final int DAMAGED = 2;
  private static final int LOCKS = 64;
  private static final int PIECE_BYTES = 16 << 10;

  private final VanillaChronicleMap<?, ?, ?> map;

  /** Of the headers of all parts together, then of each part. */
  private final int[] expected;

  private final AtomicIntegerArray states;
  private final AtomicInteger notSound;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  private PartChecksums(VanillaChronicleMap<?, ?, ?> map, int[] expected) {
    this.map = map;
    this.expected = expected;
    states = new AtomicIntegerArray(map.actualSegments);
    notSound = new AtomicInteger(map.actualSegments);
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /**
   * The checksums of a map that was just opened, compared with those of its headers only.
   *
   * @param expected what {@link #compute} returned when the map was closed
   * @param file named in errors
   * @throws IOException if the headers do not match
   */
  static PartChecksums of(VanillaChronicleMap<?, ?, ?> map, int[] expected, Path file)
      throws IOException {
    if (expected.length != map.actualSegments + 1 || expected[0] != computeOfHeaders(map)) {
      throw new IOException(file + " does not match its checksum");
    }
    return new PartChecksums(map, expected);
  }

  /**
   * Computes the checksums of a map as it is now, on several processors.
   *
   * @param known what it was opened with; a part unused since need not be read. May be null.
   */
  static int[] compute(VanillaChronicleMap<?, ?, ?> map, PartChecksums known) {
    int[] checksums = new int[map.actualSegments + 1];
    checksums[0] = computeOfHeaders(map);
    IntStream parts = IntStream.range(0, map.actualSegments).parallel();
    // Not the common pool, whose threads stay behind when the class loader is thrown away.
    ForkJoinPool pool = new ForkJoinPool(Runtime.getRuntime().availableProcessors());
    try {
      pool.submit(
              () ->
                  parts.forEach(
                      part ->
                          checksums[part + 1] =
                              known != null && known.states.get(part) == UNCHECKED
                                  ? known.expected[part + 1]
                                  : compute(map, part)))
          .join();
    } finally {
      pool.shutdown();
    }
    return checksums;
  }

  private static int computeOfHeaders(VanillaChronicleMap<?, ?, ?> map) {
    long from = map.segmentHeaderAddress(0);
    return compute(from, map.segmentBaseAddr(0) - from);
  }

  private static int compute(VanillaChronicleMap<?, ?, ?> map, int part) {
    return compute(map.segmentBaseAddr(part), map.tierSize);
  }

  private static int compute(long address, long bytes) {
    CRC32C crc = new CRC32C();
    byte[] piece = new byte[(int) Math.min(bytes, PIECE_BYTES)];
    for (long at = 0; at < bytes; at += piece.length) {
      int length = (int) Math.min(piece.length, bytes - at);
      StoredEntry.Codec.MEMORY.readBytes(address + at, piece, 0, length);
      crc.update(piece, 0, length);
    }
    return (int) crc.getValue();
  }

  /** Whether a part was as it was left when it was first used. */
  boolean isSound(int part) {
    int state = states.get(part);
    return (state == UNCHECKED ? check(part) : state) == SOUND;
  }

  private int check(int part) {
    ReentrantLock lock = locks[part % LOCKS];
    lock.lock();
    try {
      int state = states.get(part);
      if (state == UNCHECKED) {
        state = compute(map, part) == expected[part + 1] ? SOUND : DAMAGED;
        states.set(part, state);
        if (state == SOUND) {
          notSound.decrementAndGet();
        }
      }
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** Whether every part was compared and is sound. */
  boolean areAllSound() {
    return notSound.get() == 0;
  }
}
