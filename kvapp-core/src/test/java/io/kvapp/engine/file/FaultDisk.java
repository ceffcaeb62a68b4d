package io.kvapp.engine.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A disk that fails, or loses power, at its N-th operation; and that knows what of every file would
 * be left after a power cut: the content that was forced, under the names that were forced, and at
 * random some of what was not.
 *
 * <p>The real files are what the running process sees. Nothing is really forced, which makes it
 * fast. Safe for any thread.
 */
public final class FaultDisk extends Disk implements AutoCloseable {
  private static final int SECTOR_BYTES = 512;

  /** What happens at the N-th operation. */
  public enum Kind {
    /** Nothing. */
    NONE,
    /** It fails, and those after it do not. */
    FAIL_ONCE,
    /** It fails, and so does every one after it. */
    FAIL_FROM,
    /** The power is cut before it. */
    CUT,
    /** The disk is full; only operations that take space fail, until it is emptied. */
    FULL
  }

  /** A file, whatever its name. */
  private static final class Content {
    private final FileChannel reading;
    private byte[] durable = {};
    private long durableSize;
    private boolean isMapped;

    Content(FileChannel reading) {
      this.reading = reading;
    }

    void forceAll() throws IOException {
      durableSize = reading.size();
      durable = new byte[0];
      force(0, isMapped ? 0 : durableSize);
    }

    void force(long from, long to) throws IOException {
      if (durable.length < to) {
        durable = Arrays.copyOf(durable, (int) to);
      }
      ByteBuffer range = ByteBuffer.wrap(durable, (int) from, (int) (to - from));
      while (range.hasRemaining() && reading.read(range, range.position()) > 0) {
        // until all is read
      }
    }
  }

  /** A name that came or went, in that order. */
  private record NameChange(Path name, Content content) {}

  private final Kind kind;
  private final int operation;
  private final Random random;
  private final Map<Path, Content> names = new HashMap<>();
  private final Map<Path, Content> durableNames = new HashMap<>();
  private final List<NameChange> pending = new ArrayList<>();
  private final Map<Object, Content> contents = new IdentityHashMap<>();
  private final List<Content> all = new ArrayList<>();
  private int operations;
  private int reused;
  private String struck;
  private boolean emptied;
  private Map<Path, byte[]> image;
  private Map<Path, Long> imageSizes;

  public FaultDisk(Kind kind, int operation, long seed) {
    this.kind = kind;
    this.operation = operation;
    this.random = new Random(seed);
  }

  /** How many operations there were. */
  public synchronized int operations() {
    return operations;
  }

  /** How many files were made of others. */
  public synchronized int reused() {
    return reused;
  }

  /** The operation that failed first; null while none has. */
  public synchronized String struck() {
    return struck;
  }

  /** Lets a full disk have space again. */
  synchronized void empty() {
    emptied = true;
  }

  private boolean strikes(String what, boolean takesSpace) throws IOException {
    operations++;
    if (kind == Kind.NONE || operations < operation) {
      return false;
    }
    if (kind == Kind.FULL ? emptied || !takesSpace : kind == Kind.FAIL_ONCE && struck != null) {
      return false;
    }
    if (struck == null) {
      struck = what;
      if (kind == Kind.CUT) {
        takeImage();
      }
    }
    return true;
  }

  private IOException failure() {
    return new IOException(kind == Kind.CUT ? "the power is cut" : "Input/output error");
  }

  private IOException failure(Path file) {
    return kind == Kind.FULL ? new NoSpaceException(file, 0, null) : failure();
  }

  private void step(String what) throws IOException {
    if (strikes(what, false)) {
      throw failure();
    }
  }

  /** An operation that takes space. */
  private void step(String what, Path file) throws IOException {
    if (strikes(what, true)) {
      throw failure(file);
    }
  }

  @Override
  public synchronized FileChannel create(Path file) throws IOException {
    step("create " + file.getFileName(), file);
    FileChannel channel = super.create(file);
    Content content = newContent(file);
    contents.put(channel, content);
    name(file, content);
    return channel;
  }

  private Content newContent(Path file) throws IOException {
    Content content = new Content(FileChannel.open(file, StandardOpenOption.READ));
    all.add(content);
    return content;
  }

  @Override
  public synchronized FileChannel reuse(Path old, Path file, long bytes) throws IOException {
    FileChannel channel = super.reuse(old, file, bytes);
    if (!names.containsKey(file)) {
      // It was there before this disk.
      name(file, newContent(file));
    }
    contents.put(channel, names.get(file));
    reused++;
    return channel;
  }

  private void name(Path name, Content content) {
    pending.add(new NameChange(name, content));
    if (content == null) {
      names.remove(name);
    } else {
      names.put(name, content);
    }
  }

  @Override
  public synchronized void write(FileChannel channel, Path file, ByteBuffer bytes)
      throws IOException {
    if (strikes("write", true)) {
      bytes.limit(bytes.position() + bytes.remaining() / 2);
      super.write(channel, file, bytes);
      throw failure(file);
    }
    super.write(channel, file, bytes);
  }

  @Override
  public synchronized void write(RandomAccessFile file, long offset, byte[] bytes, int length)
      throws IOException {
    if (strikes("write " + length + " bytes at " + offset, false)) {
      super.write(file, offset, bytes, length / 2);
      throw failure();
    }
    super.write(file, offset, bytes, length);
  }

  @Override
  public synchronized void preallocate(
      FileChannel channel, Path file, long bytes, boolean hugePages) throws IOException {
    step("preallocate", file);
    channel.write(ByteBuffer.allocate(1), bytes - 1);
    contents.get(channel).isMapped = true;
    contents.get(channel).forceAll();
  }

  @Override
  public synchronized void copy(FileChannel from, FileChannel to, Path target) throws IOException {
    step("copy", target);
    super.copy(from, to, target);
  }

  @Override
  public synchronized void truncate(FileChannel channel, long bytes) throws IOException {
    step("truncate");
    super.truncate(channel, bytes);
  }

  @Override
  public synchronized void force(FileChannel channel, Path file) throws IOException {
    step("force file");
    Content content = contents.get(channel);
    // The file of a hash table has none, as it is not used after a power cut.
    if (content != null) {
      content.forceAll();
    }
  }

  @Override
  public synchronized MappedByteBuffer mapToWrite(FileChannel channel, long bytes)
      throws IOException {
    step("map");
    MappedByteBuffer mapping = super.mapToWrite(channel, bytes);
    contents.put(mapping, contents.get(channel));
    return mapping;
  }

  @Override
  public synchronized void force(MappedByteBuffer mapping, int from, int length)
      throws IOException {
    step("force " + length + " bytes at " + from);
    contents.get(mapping).force(from, from + length);
  }

  @Override
  public synchronized void move(Path from, Path to) throws IOException {
    step("move " + from.getFileName() + " to " + to.getFileName());
    super.move(from, to);
    Content content = names.get(from);
    name(to, content);
    name(from, null);
  }

  @Override
  public synchronized void forceFolder(Path folder) throws IOException {
    step("force folder");
    for (NameChange change : pending) {
      if (change.name.getParent().equals(folder)) {
        apply(change);
      }
    }
    pending.removeIf(change -> change.name.getParent().equals(folder));
  }

  private void apply(NameChange change) {
    if (change.content == null) {
      durableNames.remove(change.name);
    } else {
      durableNames.put(change.name, change.content);
    }
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    step("delete " + file.getFileName());
    super.delete(file);
    if (names.containsKey(file)) {
      name(file, null);
    }
  }

  @Override
  public synchronized void createWithZeros(Path file, byte[] head, long bytes, boolean hugePages)
      throws IOException {
    step("create " + file.getFileName(), file);
    super.createWithZeros(file, head, bytes, hugePages);
  }

  /** Cuts the power now, where it is not cut yet. */
  public synchronized void cut() {
    try {
      if (image == null) {
        takeImage();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Keeps what was forced, a beginning of what became of names, and random sectors of the rest. */
  private void takeImage() throws IOException {
    Map<Path, Content> before = new HashMap<>(durableNames);
    int kept = random.nextInt(pending.size() + 1);
    for (NameChange change : pending.subList(0, kept)) {
      if (change.content == null) {
        before.remove(change.name);
      } else {
        before.put(change.name, change.content);
      }
    }
    boolean writtenBack = random.nextBoolean();
    image = new HashMap<>();
    imageSizes = new HashMap<>();
    for (Map.Entry<Path, Content> file : before.entrySet()) {
      Content content = file.getValue();
      if (writtenBack) {
        writeBack(content);
      }
      image.put(file.getKey(), content.durable.clone());
      imageSizes.put(file.getKey(), Math.max(content.durableSize, content.durable.length));
    }
  }

  private void writeBack(Content content) throws IOException {
    long size = Math.min(content.reading.size(), 64 << 10);
    for (long from = 0; from < size; from += SECTOR_BYTES) {
      if (random.nextBoolean()) {
        content.force(from, Math.min(size, from + SECTOR_BYTES));
      }
    }
  }

  /** Writes what the power cut left of a folder into another one. */
  public synchronized void writeImage(Path folder, Path target) throws IOException {
    for (Map.Entry<Path, byte[]> file : image.entrySet()) {
      if (file.getKey().getParent().equals(folder)) {
        Path copy = target.resolve(file.getKey().getFileName());
        Files.write(copy, file.getValue());
        long size = imageSizes.get(file.getKey());
        if (size > file.getValue().length) {
          try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), size - 1);
          }
        }
      }
    }
  }

  /** Whether the power cut left the file of a hash table is a matter of chance. */
  public synchronized void writeMaps(Path folder, Path target) throws IOException {
    for (Path map : Disk.list(folder, "live-*.map")) {
      if (random.nextBoolean()) {
        Files.copy(map, target.resolve(map.getFileName()));
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (Content content : all) {
      content.reading.close();
    }
  }
}
