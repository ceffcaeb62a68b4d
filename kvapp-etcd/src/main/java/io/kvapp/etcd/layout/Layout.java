package io.kvapp.etcd.layout;

import com.google.protobuf.ByteString;
import io.kvapp.engine.model.ExpiryKey;

/**
 * Where a store has what among the keys of its cluster. Each key begins with the root, which is the
 * store's prefix and a slash, and a colon, which no prefix has; then comes
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><th>key</th><th>value</th></tr>
 * <tr><td>{@code d} and the key of an entry</td><td>{@link StoredValue}</td></tr>
 * <tr><td>{@code h}</td><td>written with every change of entries, so that its revision is that of
 *   the newest; the value tells the expiry of each entry that a sweep has removed, in the order of
 *   their keys, and is empty otherwise</td></tr>
 * <tr><td>{@code w}, the lease of a writer, a slash and a number</td><td>a receipt of {@code
 *   WriteOnce}</td></tr>
 * <tr><td>{@code x}, an expiry and the key of an entry</td><td>nothing: entries in the order in
 *   which they expire, as {@link ExpiryKey}</td></tr>
 * </table>
 *
 * <p>Immutable, safe for any thread.
 *
 * @param root what every key begins with
 */
public record Layout(ByteString root) {
  private ByteString of(String kind) {
    return root.concat(ByteString.copyFromUtf8(kind));
  }

  public ByteString entry(byte[] key) {
    return of(":d").concat(ByteString.copyFrom(key));
  }

  /** Behind the key of every entry. */
  public ByteString entriesEnd() {
    return of(":e");
  }

  /** The key of an entry, from one in the cluster. */
  public byte[] keyOf(ByteString entry) {
    return entry.substring(root.size() + 2).toByteArray();
  }

  public ByteString head() {
    return of(":h");
  }

  /** Behind the keys of entries and the head, which a watch follows together. */
  public ByteString watchedEnd() {
    return of(":i");
  }

  public ByteString receipt(long writer, int slot) {
    return of(":w" + Long.toHexString(writer) + "/" + slot);
  }

  public ByteString expiry(long expiresAt, byte[] key) {
    return of(":x").concat(ByteString.copyFrom(ExpiryKey.key(expiresAt, key)));
  }

  public ByteString expiriesStart() {
    return of(":x");
  }

  /** Behind the expiries up to this time in milliseconds since the epoch. */
  public ByteString expiriesEnd(long now) {
    return now == Long.MAX_VALUE
        ? of(":y")
        : of(":x").concat(ByteString.copyFrom(ExpiryKey.from(now + 1)));
  }

  /** The {@link ExpiryKey} of one in the cluster. */
  public byte[] expiryKeyOf(ByteString expiry) {
    return expiry.substring(root.size() + 2).toByteArray();
  }
}
