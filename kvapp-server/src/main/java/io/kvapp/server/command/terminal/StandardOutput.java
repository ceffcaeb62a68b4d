package io.kvapp.server.command.terminal;

import io.kvapp.KVException;
import io.kvapp.server.http.message.BodyOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The standard output of a command: bytes as they are, and text as UTF-8 whatever the locale. It is
 * buffered; the command line flushes it when a command is done.
 *
 * <p>Not thread-safe.
 */
public final class StandardOutput extends OutputStream implements BodyOutput {
  private static final int BUFFER_BYTES = 64 << 10;

  private final OutputStream target;
  private final boolean isPipe;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int buffered;

  /** Whoever read the output has enough of it; the command ends and says nothing. */
  public static final class ReaderGone extends RuntimeException {
    private static final long serialVersionUID = 1;

    private ReaderGone(IOException cause) {
      super("the reader of standard output is gone", cause, false, false);
    }
  }

  /**
   * Writes to {@code target}, unbuffered itself.
   *
   * @param isPipe whether a failure to write means that the reader has ended
   */
  public StandardOutput(OutputStream target, boolean isPipe) {
    this.target = target;
    this.isPipe = isPipe;
  }

  @Override
  public void write(int octet) {
    if (buffered == BUFFER_BYTES) {
      drain();
    }
    buffer[buffered++] = (byte) octet;
  }

  @Override
  public void write(byte[] source) {
    write(source, 0, source.length);
  }

  @Override
  public void write(byte[] source, int from, int length) {
    if (length > BUFFER_BYTES - buffered) {
      drain();
    }
    if (length > BUFFER_BYTES) {
      pass(source, from, length);
    } else {
      System.arraycopy(source, from, buffer, buffered, length);
      buffered += length;
    }
  }

  /** Writes text without a line feed. */
  public StandardOutput text(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Writes text and a line feed. */
  public void line(String text) {
    text(text).write('\n');
  }

  /**
   * Writes what is buffered.
   *
   * @throws ReaderGone if it goes to a pipe that nobody reads any more
   * @throws KVException if it cannot be written
   */
  @Override
  public void flush() {
    drain();
    try {
      target.flush();
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private void drain() {
    int length = buffered;
    buffered = 0;
    pass(buffer, 0, length);
  }

  private void pass(byte[] source, int from, int length) {
    try {
      target.write(source, from, length);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private RuntimeException failed(IOException failure) {
    return isPipe
        ? new ReaderGone(failure)
        : new KVException(
            "standard output cannot be written ("
                + failure.getMessage()
                + "); free space where it goes, or send it elsewhere",
            failure);
  }
}
