package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Octets;
import java.io.IOException;

/**
 * Reads what stands around the data of a chunked body: the lines of sizes, the line ends, and the
 * trailers behind the last chunk.
 *
 * <p>Not thread-safe.
 */
final class ChunkReader {
  /** Stands for any size from it on. */
  static final int HUGE = Integer.MAX_VALUE;

  private static final int MAX_SIZE_LINE_BYTES = 256;

  private final ConnectionInput input;
  private final HeadReader headReader;

  ChunkReader(ConnectionInput input, HeadReader headReader) {
    this.input = input;
    this.headReader = headReader;
  }

  /**
   * Reads the size of the next chunk; where it is 0, the trailers as well.
   *
   * @return {@link #HUGE} for that size and every larger one
   * @throws HttpException if it is malformed or too slow
   */
  int nextSize() throws IOException {
    int size = readSizeLine();
    if (size == 0) {
      headReader.readTrailers();
    }
    return size;
  }

  /** Reads the line end behind the data of a chunk. */
  void endChunk() throws IOException {
    if (nextOctet() != '\r' || nextOctet() != '\n') {
      throw malformed();
    }
  }

  /** Reads a line of a size in hexadecimal digits and extensions, which mean nothing here. */
  private int readSizeLine() throws IOException {
    long size = 0;
    int digits = 0;
    int octet = nextOctet();
    for (; Octets.hex(octet) >= 0; octet = nextOctet()) {
      if (++digits > MAX_SIZE_LINE_BYTES) {
        throw malformed();
      }
      size = Math.min(size << 4 | Octets.hex(octet), HUGE);
    }
    if (digits == 0) {
      throw malformed();
    }
    boolean space = false;
    while (Octets.isSpaceOrTab(octet)) {
      space = true;
      octet = nextOctet();
    }
    if (octet == ';') {
      int length = 0;
      while (Octets.isFieldValue(octet)) {
        if (++length > MAX_SIZE_LINE_BYTES) {
          throw malformed();
        }
        octet = nextOctet();
      }
    } else if (space) {
      throw malformed();
    }
    if (octet != '\r' || nextOctet() != '\n') {
      throw malformed();
    }
    return (int) size;
  }

  private int nextOctet() throws IOException {
    input.requireOctet();
    int octet = input.bytes()[input.position()] & 0xff;
    input.position(input.position() + 1);
    return octet;
  }

  private static HttpException malformed() {
    return HttpException.badRequest("the chunks of the body are malformed");
  }
}
