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
 * The bytes a file of some shape starts with, always the same, and the length it has.
 *
 * <p>Chronicle would make the file sparse and touch it through the mapping, where a full disk kills
 * the JVM. So the file is written here, and Chronicle only ever opens what is there.
 *
 * <p>Immutable, safe for any thread.
 */
final class HashTableFile {
  private final byte[] head;
  private final int textEnd;
  private final long fileBytes;

  HashTableFile(HashTableLayout shape) {
    VanillaChronicleMap<byte[], StoredEntry, ?> blank = new VanillaChronicleMap<>(builder(shape));
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
   * Makes a file with every block there, and with its head.
   *
   * @param hugePages as for {@link HashTable#create}
   */
  void create(Disk disk, Path file, boolean hugePages) throws IOException {
    disk.createWithZeros(file, head, fileBytes, hugePages);
  }

  /** Nothing but this very head is let through, so neither its classes nor its numbers can lie. */
  void check(Path file, RandomAccessFile in) throws IOException {
    if (in.length() != fileBytes) {
      throw new IOException(file + " has " + in.length() + " bytes, not " + fileBytes);
    }
    byte[] found = new byte[head.length];
    in.readFully(found);
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

  /** What Chronicle is told about a file of some shape. */
  static ChronicleMapBuilder<byte[], StoredEntry> builder(HashTableLayout shape) {
    StoredEntry.Codec codec = new StoredEntry.Codec();
    return ChronicleMapBuilder.of(byte[].class, StoredEntry.class)
        .keyReaderAndDataAccess(ByteArraySizedReader.INSTANCE, new StoredEntry.KeyAccess())
        .valueReaderAndDataAccess(codec, codec)
        .averageKeySize(shape.averageKeyBytes())
        .averageValueSize(shape.averageValueBytes())
        .actualSegments(shape.segments())
        .entriesPerSegment(shape.entriesPerSegment())
        .actualChunkSize(shape.chunkBytes())
        .actualChunksPerSegmentTier(shape.chunksPerSegment())
        .allowSegmentTiering(false)
        .checksumEntries(false)
        .putReturnsNull(true)
        .removeReturnsNull(true)
        // The owner closes the view; a hook would unmap it under calls still in flight.
        .skipCloseOnExitHook(true);
  }
}
