package io.kvapp.engine.hashtable;

import static net.openhft.chronicle.hash.impl.SizePrefixedBlob.SELF_BOOTSTRAPPING_HEADER_OFFSET;
import static net.openhft.chronicle.hash.impl.SizePrefixedBlob.SIZE_WORD_OFFSET;
import static net.openhft.chronicle.hash.impl.VanillaChronicleHash.RESERVED_GLOBAL_MUTABLE_STATE_BYTES;

import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import net.openhft.chronicle.algo.hashing.LongHashFunction;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.core.OS;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.hash.impl.SizePrefixedBlob;
import net.openhft.chronicle.hash.serialization.impl.ByteArraySizedReader;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.VanillaChronicleMap;
import net.openhft.chronicle.wire.TextWire;

/**
 * What the file of a {@link HashTable} begins with, which its layout decides to the last bit, and
 * its length.
 *
 * <p>Chronicle would make the file sparse and touch it through the mapping, where a full disk kills
 * the JVM. So the file is written here, and Chronicle only ever opens what is there.
 *
 * <p>Immutable, safe for any thread.
 */
final class HashTableFile {
  private final HashTableLayout layout;
  private final byte[] head;
  private final int textEnd;
  private final long fileBytes;

  HashTableFile(HashTableLayout layout) {
    this.layout = layout;
    VanillaChronicleMap<byte[], StoredEntry, ?> blank = new VanillaChronicleMap<>(builder(layout));
    Bytes<?> wire = Bytes.allocateElasticOnHeap();
    new TextWire(wire).getValueOut().typedMarshallable(blank);
    byte[] text = wire.toByteArray();
    textEnd = SELF_BOOTSTRAPPING_HEADER_OFFSET + text.length;
    blank.headerSize = OS.pageAlign(textEnd, 64);
    VanillaGlobalMutableState state = blank.globalMutableState();
    long stateAt = blank.headerSize + Long.BYTES;
    head = new byte[(int) (stateAt + state.maxSize())];
    ByteBuffer buffer = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(SIZE_WORD_OFFSET, SizePrefixedBlob.READY | SizePrefixedBlob.DATA | text.length);
    buffer.put(SELF_BOOTSTRAPPING_HEADER_OFFSET, text);
    long hash =
        LongHashFunction.xx_r39().hashBytes(buffer, SIZE_WORD_OFFSET, textEnd - SIZE_WORD_OFFSET);
    buffer.putLong(SizePrefixedBlob.HEADER_OFFSET, hash);
    state.bytesStore(BytesStore.wrap(head), stateAt, state.maxSize());
    state.setSegmentHeadersOffset(
        OS.pageAlign(blank.headerSize + RESERVED_GLOBAL_MUTABLE_STATE_BYTES));
    state.setDataStoreSize(blank.sizeInBytesWithoutTiers());
    fileBytes = OS.pageAlign(blank.sizeInBytesWithoutTiers());
  }

  /**
   * Creates a file with every block there, and with its head.
   *
   * @param hugePages as for {@link HashTable#create}
   */
  void create(Disk disk, Path file, boolean hugePages) throws IOException {
    disk.createWithZeros(file, head, fileBytes, hugePages);
  }

  long fileBytes() {
    return fileBytes;
  }

  /**
   * Opens a file that {@link #create} made, or that was closed.
   *
   * @throws IOException if it has another length or head, or a lock that a killed process left
   */
  @SuppressWarnings("unchecked")
  VanillaChronicleMap<byte[], StoredEntry, Object> open(Path file) throws IOException {
    checkHead(file);
    VanillaChronicleMap<byte[], StoredEntry, Object> map =
        (VanillaChronicleMap<byte[], StoredEntry, Object>)
            builder(layout).createPersistedTo(file.toFile());
    try {
      checkUnlocked(file, map);
      return map;
    } catch (Throwable failure) {
      map.close();
      throw failure;
    }
  }

  /** No other head reaches Chronicle, so neither its classes nor its numbers can be forged. */
  private void checkHead(Path file) throws IOException {
    byte[] found = new byte[head.length];
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      if (in.length() != fileBytes) {
        throw new IOException(file + " has " + in.length() + " bytes, not " + fileBytes);
      }
      in.readFully(found);
    }
    int at = Arrays.mismatch(found, head);
    if (at >= 0) {
      String where = file + " is foreign or was not closed: at byte " + at;
      boolean inText = at >= SELF_BOOTSTRAPPING_HEADER_OFFSET && at < textEnd;
      throw new IOException(inText ? where + line(found, at) + ", not" + line(head, at) : where);
    }
  }

  private static String line(byte[] head, int at) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    int from = text.lastIndexOf('\n', at - 1) + 1;
    int to = text.indexOf('\n', at);
    String line = text.substring(from, to < 0 ? text.length() : Math.min(to, from + 200));
    return " '" + line.replaceAll("[^ -~]", " ").strip() + "'";
  }

  /** Chronicle would wait a minute for a lock that a killed process left behind. */
  private static void checkUnlocked(Path file, VanillaChronicleMap<?, ?, ?> map)
      throws IOException {
    for (int part = 0; part < map.actualSegments; part++) {
      if (StoredEntry.Codec.MEMORY.readLong(map.segmentHeaderAddress(part)) != 0) {
        throw new IOException(file + " was not closed: part " + part + " is locked");
      }
    }
  }

  /** What Chronicle is told about a layout. */
  private static ChronicleMapBuilder<byte[], StoredEntry> builder(HashTableLayout layout) {
    StoredEntry.Codec codec = new StoredEntry.Codec();
    return ChronicleMapBuilder.of(byte[].class, StoredEntry.class)
        .keyReaderAndDataAccess(ByteArraySizedReader.INSTANCE, new StoredEntry.KeyAccess())
        .valueReaderAndDataAccess(codec, codec)
        .averageKeySize(layout.averageKeyBytes())
        .averageValueSize(layout.averageValueBytes())
        .actualSegments(layout.parts())
        .entriesPerSegment(layout.entriesPerPart())
        .actualChunkSize(layout.chunkBytes())
        .actualChunksPerSegmentTier(layout.chunksPerPart())
        .allowSegmentTiering(false)
        .checksumEntries(false)
        .putReturnsNull(true)
        .removeReturnsNull(true)
        // The owner closes the hash table; a hook would unmap it under calls still in flight.
        .skipCloseOnExitHook(true);
  }
}
