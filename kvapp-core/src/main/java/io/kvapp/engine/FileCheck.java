package io.kvapp.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;

/** A checksum of a whole file: the CRC32C of its pieces, mixed with their places and added up. */
final class FileCheck {
  private static final long PIECE_BYTES = 16 << 20;

  private FileCheck() {}

  static long of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long bytes = channel.size();
      long pieces = (bytes + PIECE_BYTES - 1) / PIECE_BYTES;
      return LongStream.range(0, pieces)
          .parallel()
          .map(piece -> (piece * 2 + 1) * 0x9e37_79b9_7f4a_7c15L * check(channel, piece, bytes))
          .sum();
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  private static long check(FileChannel channel, long piece, long bytes) {
    try {
      long from = piece * PIECE_BYTES;
      MappedByteBuffer mapping =
          channel.map(MapMode.READ_ONLY, from, Math.min(PIECE_BYTES, bytes - from));
      CRC32C crc = new CRC32C();
      crc.update(mapping);
      Mappings.unmap(mapping);
      return crc.getValue() + 1;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
