package io.kvapp.engine.sstable;

import io.kvapp.KVException;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.ValueChecksum;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which entries of a file expire, in the order in which they do: of each the time (8 bytes) and its
 * ordinal (4). The entries hold all of it too, so one that is damaged is gathered from them again.
 *
 * <p>Immutable, safe for any thread.
 */
final class ExpirySection {
  /** Bytes of an entry in the section. */
  static final int BYTES = Long.BYTES + Integer.BYTES;

  /**
   * One entry that expires.
   *
   * @param at when, in milliseconds since the epoch
   */
  record Expiry(long at, int ordinal) {
    private static final Comparator<Expiry> BY_TIME =
        Comparator.comparingLong(Expiry::at).thenComparingInt(Expiry::ordinal);
  }

  private final SSTableFile file;
  private final ByteBuffer bytes;
  final int count;

  private ExpirySection(SSTableFile file, ByteBuffer bytes) {
    this.file = file;
    this.bytes = bytes;
    this.count = bytes.capacity() / BYTES;
  }

  /**
   * The section that is stored in a file, whose footer is whole.
   *
   * @return null where it does not match its checksum
   * @throws InternalError if a page of the file is gone
   */
  static ExpirySection read(SSTableFile file, ByteBuffer bytes, int checksum) {
    return ValueChecksum.of(bytes) == checksum
        ? new ExpirySection(file, bytes.order(ByteOrder.LITTLE_ENDIAN))
        : null;
  }

  /** The section of the entries of a file that can be read. */
  static ExpirySection gather(SSTableFile file) {
    List<Expiry> expiries = new ArrayList<>();
    SSTableReader reader = file.reader();
    for (int ordinal = 0; ordinal < file.count; ordinal++) {
      try {
        reader.load(ordinal);
        if (reader.expiresAt() != 0) {
          expiries.add(new Expiry(Limits.instant(reader.expiresAt()), ordinal));
        }
      } catch (KVException.Corrupt damaged) {
        // Whoever reads the entry is told so.
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(expiries.size() * BYTES).order(ByteOrder.LITTLE_ENDIAN);
    sort(expiries);
    expiries.forEach(expiry -> bytes.putLong(expiry.at).putInt(expiry.ordinal));
    return new ExpirySection(file, bytes);
  }

  static void sort(List<Expiry> expiries) {
    expiries.sort(Expiry.BY_TIME);
  }

  long at(int index) {
    try {
      return bytes.getLong(index * BYTES);
    } catch (InternalError cut) {
      throw file.unreadable(cut);
    }
  }

  int ordinal(int index) {
    try {
      return bytes.getInt(index * BYTES + Long.BYTES);
    } catch (InternalError cut) {
      throw file.unreadable(cut);
    }
  }

  /** The index of the first entry that is not before this time and ordinal. */
  int lowerBound(long at, int ordinal) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (at(middle) < at || at(middle) == at && ordinal(middle) < ordinal) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
