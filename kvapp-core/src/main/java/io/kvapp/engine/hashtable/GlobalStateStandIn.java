package io.kvapp.engine.hashtable;

import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;

/**
 * The 25 bytes of global state at the head of a Chronicle Map file.
 *
 * <p>Chronicle generates a class {@code VanillaGlobalMutableState$$Native} with {@code javac} at
 * every start unless it finds one. {@link StandIns} defines this class under that name, with the
 * same layout, so that no compiler runs and none is needed. Compare with {@link
 * VanillaGlobalMutableState} whenever the Chronicle Map version changes; a group that is added or
 * widened there shifts the offsets here.
 *
 * <p>Not thread-safe: Chronicle changes it under its own lock.
 */
public final class GlobalStateStandIn implements VanillaGlobalMutableState {
  private static final int BULKS = 0;
  private static final int FIRST_FREE_TIER = 3;
  private static final int TIERS_IN_USE = 8;
  private static final int HEADERS_OFFSET = 13;
  private static final int STORE_SIZE = 17;
  private static final int BYTES = 25;
  private static final int MASK_24 = (1 << 24) - 1;
  private static final long MASK_40 = (1L << 40) - 1;

  private BytesStore<?, ?> store;
  private long offset;

  @Override
  public int getAllocatedExtraTierBulks() {
    return store.readInt(offset + BULKS) & MASK_24;
  }

  @Override
  public void setAllocatedExtraTierBulks(int bulks) {
    require(bulks >= 0 && bulks <= MASK_24, bulks);
    store.writeInt(offset + BULKS, store.readInt(offset + BULKS) & ~MASK_24 | bulks);
  }

  @Override
  public long getFirstFreeTierIndex() {
    return read40(FIRST_FREE_TIER);
  }

  @Override
  public void setFirstFreeTierIndex(long index) {
    write40(FIRST_FREE_TIER, index);
  }

  @Override
  public long getExtraTiersInUse() {
    return read40(TIERS_IN_USE);
  }

  @Override
  public void setExtraTiersInUse(long tiers) {
    write40(TIERS_IN_USE, tiers);
  }

  @Override
  public long getSegmentHeadersOffset() {
    return Integer.toUnsignedLong(store.readInt(offset + HEADERS_OFFSET));
  }

  @Override
  public void setSegmentHeadersOffset(long headersOffset) {
    require(headersOffset >>> 32 == 0, headersOffset);
    store.writeInt(offset + HEADERS_OFFSET, (int) headersOffset);
  }

  @Override
  public long getDataStoreSize() {
    return store.readLong(offset + STORE_SIZE);
  }

  @Override
  public void setDataStoreSize(long size) {
    require(size >= 0, size);
    store.writeLong(offset + STORE_SIZE, size);
  }

  @Override
  public long addDataStoreSize(long addition) {
    setDataStoreSize(getDataStoreSize() + addition);
    return getDataStoreSize();
  }

  @Override
  @SuppressWarnings("rawtypes")
  public void bytesStore(BytesStore bytesStore, long newOffset, long length) {
    require(length == BYTES, length);
    store = bytesStore;
    offset = newOffset;
  }

  @Override
  public BytesStore<?, ?> bytesStore() {
    return store;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public long maxSize() {
    return BYTES;
  }

  private long read40(int field) {
    return store.readLong(offset + field) & MASK_40;
  }

  private void write40(int field, long value) {
    require(value >>> 40 == 0, value);
    store.writeLong(offset + field, store.readLong(offset + field) & ~MASK_40 | value);
  }

  private static void require(boolean inRange, long value) {
    if (!inRange) {
      throw new IllegalArgumentException("out of range: " + value);
    }
  }
}
