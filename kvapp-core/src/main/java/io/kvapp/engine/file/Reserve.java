package io.kvapp.engine.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * Space of the disk that a store holds back in files {@code reserve-<n>.bin}, which it deletes when
 * the disk is full and something has to be written nevertheless. They stay while the store is
 * closed.
 *
 * <p>Safe for any thread; {@link #find}, {@link #fill} and {@link #trim} for one that is never
 * interrupted.
 */
public final class Reserve {
  /** The names of the files. */
  public static final Pattern FILES = Pattern.compile("reserve-\\d{1,9}\\.bin");

  /** No more than this share of what is free is held back. */
  private static final int FREE_SHARE = 8;

  private static final int BUFFER_BYTES = 64 << 10;

  private record Piece(Path file, long bytes) {}

  private final Disk disk;
  private final Path folder;
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private long bytes;
  private long next;
  private long missing;

  /** A reserve of nothing, before {@link #find} and {@link #fill}. */
  public Reserve(Disk disk, Path folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /** Finds what an earlier process has held back. */
  public synchronized void find() throws IOException {
    for (Path file : Disk.listFiles(folder, FILES)) {
      String digits = file.getFileName().toString().replaceAll("\\D", "");
      add(new Piece(file, Disk.size(file)));
      next = Math.max(next, Long.parseLong(digits) + 1);
    }
  }

  private void add(Piece piece) {
    pieces.add(piece);
    bytes += piece.bytes;
  }

  /** How many bytes are held back. */
  public synchronized long bytes() {
    return bytes;
  }

  /** How many bytes were given back to the disk and are not held back again. */
  public synchronized long missingBytes() {
    return missing;
  }

  /**
   * Gives so many bytes back to the disk, or all there are.
   *
   * @return whether there were any
   */
  public synchronized boolean release(long wanted) throws IOException {
    long released = 0;
    while (released < wanted && !pieces.isEmpty()) {
      Piece piece = pieces.getLast();
      disk.delete(piece.file);
      pieces.removeLast();
      bytes -= piece.bytes;
      released += piece.bytes;
      missing += piece.bytes;
    }
    return released > 0;
  }

  /**
   * Whether {@link #trim} would give anything back.
   *
   * @param spareBytes how much more than wanted is not worth giving back
   */
  public synchronized boolean isBeyond(long wanted, long spareBytes) {
    return missing == 0 && bytes > wanted + spareBytes;
  }

  /**
   * Gives back what is held beyond so many bytes, for good; nothing while some is missing, or where
   * it is no more than {@code spareBytes}.
   */
  public synchronized void trim(long wanted, long spareBytes) throws IOException {
    if (!isBeyond(wanted, spareBytes)) {
      return;
    }
    while (!pieces.isEmpty() && bytes - pieces.getLast().bytes >= wanted) {
      disk.delete(pieces.getLast().file);
      bytes -= pieces.removeLast().bytes;
    }
    if (bytes > wanted) {
      cutLast(bytes - wanted);
    }
  }

  /** A piece may be large, as the reserve of a large journal has no more pieces than another. */
  private void cutLast(long excess) throws IOException {
    Piece piece = pieces.getLast();
    Piece kept = new Piece(piece.file, piece.bytes - excess);
    try (FileChannel channel = FileChannel.open(piece.file, StandardOpenOption.WRITE)) {
      disk.truncate(channel, kept.bytes);
    }
    pieces.removeLast();
    pieces.add(kept);
    bytes -= excess;
  }

  /**
   * Holds more back, up to so many bytes: first what is missing, as soon as it is free, and beyond
   * that no more than a part of what is free.
   *
   * @param pieceBytes how much to hold back in each further file
   */
  public synchronized void fill(long wanted, long pieceBytes) throws IOException {
    while (bytes < wanted) {
      long usable = disk.usableBytes(folder);
      boolean fits =
          missing > 0
              ? usable >= pieceBytes
              : bytes + pieceBytes <= usable / FREE_SHARE + bytes / FREE_SHARE;
      if (!fits) {
        return;
      }
      Path file = folder.resolve("reserve-" + next++ + ".bin");
      try {
        write(file, pieceBytes);
      } catch (IOException failure) {
        disk.delete(file);
        throw failure;
      }
      add(new Piece(file, pieceBytes));
      missing = Math.max(0, missing - pieceBytes);
    }
    missing = 0;
  }

  /** Writes no zeros, which a program that copies the file might leave out. */
  private void write(Path file, long length) throws IOException {
    byte[] filling = new byte[BUFFER_BYTES];
    Arrays.fill(filling, (byte) -1);
    disk.delete(file);
    try (FileChannel channel = disk.create(file)) {
      for (long left = length; left > 0; left -= filling.length) {
        int piece = (int) Math.min(left, filling.length);
        disk.write(channel, file, ByteBuffer.wrap(filling, 0, piece));
      }
      disk.force(channel, file);
    }
  }
}
