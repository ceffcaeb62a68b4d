package io.kvapp.engine.crash;

import io.kvapp.engine.file.Unmapper;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a child process says of its steps in a file that outlives it: of each writer the step that
 * it began last, the step that was acknowledged last, and what each acknowledgement said.
 *
 * <p>A step is noted before the store is called and after it has answered, so what the store did is
 * never more than what was begun, and what it promised never less than what was acknowledged. Both
 * hold after a SIGKILL, since the file is mapped.
 *
 * <p>Each writer's part is for one thread; the other process reads.
 */
final class AckLog implements AutoCloseable {
  /** The most steps a writer can make. */
  static final int MAX_STEPS = 200_000;

  /** Acknowledged: the step had no effect. */
  static final long NO_EFFECT = 0;

  /** Acknowledged: the step had an effect, of which the revision is not known. */
  static final long UNKNOWN = -1;

  static final int WAITING = 0;
  static final int OPENING = 1;
  static final int WRITING = 2;
  static final int CLOSING = 3;
  static final int CLOSED = 4;

  static final int NOT_YET = 0;
  static final int INSIDE = 1;
  static final int BEHIND = 2;

  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int WRITER_BYTES = (MAX_STEPS + 8) * Long.BYTES;

  private final MappedByteBuffer buffer;

  AckLog(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      buffer = channel.map(MapMode.READ_WRITE, 0, 64L + CrashStep.WRITERS * WRITER_BYTES);
    }
  }

  private static int at(int writer, int index) {
    return 64 + writer * WRITER_BYTES + index * Long.BYTES;
  }

  private long read(int offset) {
    return (long) LONG.getVolatile((ByteBuffer) buffer, offset);
  }

  private void write(int offset, long value) {
    LONG.setVolatile((ByteBuffer) buffer, offset, value);
  }

  int state() {
    return (int) read(0);
  }

  void state(int state) {
    write(0, state);
  }

  /** Notes whether the process is inside of what it is to be killed in. */
  void inside(int inside) {
    write(8, inside);
  }

  /** One of {@link #NOT_YET}, {@link #INSIDE} and {@link #BEHIND}. */
  int inside() {
    return (int) read(8);
  }

  /**
   * Notes that a backup has ended.
   *
   * @param number 1 for the first one
   */
  void backedUp(int number) {
    write(16, number);
  }

  /** The number of the last backup that has ended; 0 before the first. */
  int backups() {
    return (int) read(16);
  }

  /** Notes the last step of a writer that was acknowledged before a backup began. */
  void beforeBackup(int number, int writer, int step) {
    write(at(writer, 3 + (number & 1)), step);
  }

  /** What was noted of the last backup that has ended, or of the one behind it. */
  int beforeBackup(int number, int writer) {
    return (int) read(at(writer, 3 + (number & 1)));
  }

  void begin(int writer, int step) {
    write(at(writer, 0), step);
  }

  void acknowledge(int writer, int step, long said) {
    write(at(writer, 7 + step), said);
    write(at(writer, 1), step);
  }

  int begun(int writer) {
    return (int) read(at(writer, 0));
  }

  int acknowledged(int writer) {
    return (int) read(at(writer, 1));
  }

  /** Notes that the disk has had time to take the steps up to this one. */
  void synced(int writer, int step) {
    write(at(writer, 2), step);
  }

  int synced(int writer) {
    return (int) read(at(writer, 2));
  }

  /** What the acknowledgement of a step said: its revision, or one of the constants. */
  long said(int writer, int step) {
    return read(at(writer, 7 + step));
  }

  @Override
  public void close() {
    Unmapper.unmap(buffer);
  }
}
