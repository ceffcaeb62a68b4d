package io.kvapp;

import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A store as it was at one moment, from {@link KVStore#snapshot()}, however long it is read.
 *
 * <p>It holds every write up to its {@link #revision()} and none behind it, batches as a whole. An
 * entry that had expired when it was taken is not in it; one that expires later stays.
 *
 * <p>Close it: until then a store in a folder keeps the files that the snapshot reads, also where
 * later writes have replaced what is in them, and a store in memory keeps its entries. Closing the
 * store ends all of its snapshots, with a warning in the log for one that was left open.
 *
 * <pre>{@code
 * try (Snapshot snapshot = store.snapshot()) {
 *   snapshot.entries(Scan.all()).forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>Any thread may call any method; after {@link #close()}, and after that of the store, the reads
 * throw {@link KVException.WrongState}. Interrupts are left alone.
 */
public interface Snapshot extends AutoCloseable {
  /**
   * One page of a scan.
   *
   * @throws NullPointerException if {@code scan} is null
   * @throws KVException.Corrupt if a damaged file keeps an entry from being read
   */
  Page scan(Scan scan);

  /**
   * Every entry of a scan, across its pages, which are all of the one moment. The stream is lazy:
   * it reads the next page when it is needed.
   *
   * @param scan its {@link Scan#limit()} and {@link Scan#maxBytes()} are those of a page, and no
   *     end of the stream; {@link Stream#limit} is
   * @return in the order of the scan, sequential; need not be closed
   */
  default Stream<Entry> entries(Scan scan) {
    return StreamSupport.stream(new PagedEntries(this::scan, scan), false);
  }

  /** The revision of the newest write that is in it; 0 where there is none. */
  long revision();

  /** Gives back what the snapshot holds; a second call does nothing. Reads in flight finish. */
  @Override
  void close();
}
