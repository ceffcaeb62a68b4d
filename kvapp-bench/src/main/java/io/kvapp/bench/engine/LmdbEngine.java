package io.kvapp.bench.engine;

import java.io.File;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import org.lmdbjava.ByteBufferProxy;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/**
 * LMDB by lmdbjava, with its fastest buffers (which need two JVM flags) and a read transaction per
 * thread that is reset and renewed, as LMDB's manual recommends.
 *
 * <p>Without sync: {@code MDB_NOSYNC}, a transaction for each write. Its commit writes the changed
 * pages with {@code pwrite}, so the write is in the kernel before it is acknowledged and survives a
 * kill; after a power cut the file may be damaged as a whole, because pages and meta page reach the
 * disk in any order. With sync: LMDB's default, an {@code fdatasync} for each transaction; there is
 * one writer at a time and no group commit.
 */
final class LmdbEngine implements Engine {
  private static final int MAX_READERS = 126;

  private final Env<ByteBuffer> env;
  private final Dbi<ByteBuffer> entries;
  private final int valueBytes;

  LmdbEngine(EngineSettings settings) {
    // Room for half-filled pages and for the pages that readers still hold; it is address space.
    long mapBytes = settings.dataBytes() * 6 + (1L << 30);
    Env.Builder<ByteBuffer> builder =
        Env.create(ByteBufferProxy.PROXY_OPTIMAL)
            .setMapSize(mapBytes)
            .setMaxDbs(1)
            .setMaxReaders(MAX_READERS);
    File folder = settings.folder().toFile();
    env =
        settings.sync()
            ? builder.open(folder, EnvFlags.MDB_NOTLS)
            : builder.open(folder, EnvFlags.MDB_NOTLS, EnvFlags.MDB_NOSYNC);
    entries = env.openDbi("entries", DbiFlags.MDB_CREATE);
    valueBytes = settings.valueBytes();
  }

  @Override
  public Session session() {
    return new TransactionSession();
  }

  @Override
  public void settle() {
    env.sync(true);
  }

  @Override
  public void close() {
    // Without this a store without sync would be closed with pages still only in the kernel.
    env.sync(true);
    env.close();
  }

  private final class TransactionSession implements Session {
    private final Txn<ByteBuffer> reader = env.txnRead();
    private final Cursor<ByteBuffer> cursor = entries.openCursor(reader);
    private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(env.getMaxKeySize());
    private final ByteBuffer valueBuffer = ByteBuffer.allocateDirect(Math.max(valueBytes, 1));

    TransactionSession() {
      reader.reset();
    }

    @Override
    public byte[] get(byte[] key) {
      reader.renew();
      try {
        ByteBuffer found = entries.get(reader, filled(keyBuffer, key));
        return found == null ? null : bytes(found);
      } finally {
        reader.reset();
      }
    }

    @Override
    public void put(byte[] key, byte[] value) {
      entries.put(filled(keyBuffer, key), filled(valueBuffer, value));
    }

    @Override
    public void putAll(byte[][] keys, byte[][] values) {
      try (Txn<ByteBuffer> writer = env.txnWrite()) {
        for (int i = 0; i < keys.length; i++) {
          entries.put(writer, filled(keyBuffer, keys[i]), filled(valueBuffer, values[i]));
        }
        writer.commit();
      }
    }

    @Override
    public void delete(byte[] key) {
      entries.delete(filled(keyBuffer, key));
    }

    @Override
    public int page(byte[] prefix, int limit, boolean reversed, BiConsumer<byte[], byte[]> sink) {
      reader.renew();
      try {
        cursor.renew(reader);
        int count = 0;
        boolean found = reversed ? seekBefore(Prefixes.end(prefix)) : seek(prefix);
        while (found && count < limit && handOut(prefix, sink)) {
          count++;
          found = count < limit && (reversed ? cursor.prev() : cursor.next());
        }
        return count;
      } finally {
        reader.reset();
      }
    }

    private boolean seek(byte[] key) {
      return cursor.get(filled(keyBuffer, key), GetOp.MDB_SET_RANGE);
    }

    private boolean seekBefore(byte[] key) {
      return seek(key) ? cursor.prev() : cursor.last();
    }

    private boolean handOut(byte[] prefix, BiConsumer<byte[], byte[]> sink) {
      byte[] key = bytes(cursor.key());
      if (!Prefixes.startsWith(key, prefix)) {
        return false;
      }
      sink.accept(key, bytes(cursor.val()));
      return true;
    }

    @Override
    public void close() {
      cursor.close();
      reader.close();
    }

    private static ByteBuffer filled(ByteBuffer buffer, byte[] bytes) {
      return buffer.clear().put(bytes).flip();
    }

    private static byte[] bytes(ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      return bytes;
    }
  }
}
