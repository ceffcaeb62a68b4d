package io.kvapp.etcd.read;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.kvapp.Entry;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.ScanBounds;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.cluster.Requests;
import io.kvapp.etcd.layout.Layout;
import io.kvapp.etcd.layout.StoredValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads entries in pages, each of one revision.
 *
 * <p>Safe for any thread.
 */
public final class PageReader {
  private static final int FIRST_CHUNK = 128;
  private static final int LARGEST_CHUNK = 10_000;
  private static final long CHUNK_BYTES = 4 << 20;

  private static final Page NOTHING = new Page(List.of(), false);

  private final Cluster cluster;
  private final Layout layout;
  private final Windows windows = new Windows();

  /** What an entry takes on average, as far as it is known; 0 before the first page. */
  private volatile long typicalBytes;

  public PageReader(Cluster cluster, Layout layout) {
    this.cluster = cluster;
    this.layout = layout;
  }

  /**
   * A page, and when it is of.
   *
   * @param page the page
   * @param head the revision of the newest write that it shows
   * @param clusterRevision the revision of the cluster at which it was read
   */
  public record ReadPage(Page page, long head, long clusterRevision) {}

  /**
   * Reads a page of the newest entries.
   *
   * @param now the time in milliseconds since the epoch, at which entries have expired or not
   */
  public ReadPage read(Scan scan, long now) {
    for (int tries = 0; ; tries++) {
      try {
        Moment moment = new Moment(0);
        Page page = read(scan, now, moment);
        return new ReadPage(page, moment.head, moment.revision);
      } catch (CallException failed) {
        // The revision is compacted if the page takes longer than those are kept.
        if (failed.fault() != CallException.Fault.COMPACTED || tries == 3) {
          throw failed;
        }
      }
    }
  }

  /** The newest moment, with an empty page. */
  public ReadPage head() {
    return head(Deadline.in(cluster.settings().timeout()));
  }

  public ReadPage head(Deadline deadline) {
    RangeResponse found =
        cluster.read(
            KVGrpc.getRangeMethod(),
            RangeRequest.newBuilder().setKey(layout.head()).build(),
            deadline);
    long head = found.getKvsCount() == 0 ? 0 : found.getKvs(0).getModRevision();
    return new ReadPage(NOTHING, head, found.getHeader().getRevision());
  }

  /** Reads a page as of a revision of the cluster. */
  public Page readAt(Scan scan, long now, long clusterRevision) {
    return read(scan, now, new Moment(clusterRevision));
  }

  /** The revision that all requests of a page read, which is the newest at the first of them. */
  private final class Moment {
    private long revision;
    private long head;

    Moment(long revision) {
      this.revision = revision;
    }

    RangeResponse range(RangeRequest.Builder range) {
      if (revision > 0) {
        return cluster.read(KVGrpc.getRangeMethod(), range.setRevision(revision).build());
      }
      TxnRequest both =
          TxnRequest.newBuilder()
              .addSuccess(Requests.read(layout.head()))
              .addSuccess(Requests.read(range))
              .build();
      TxnResponse response = cluster.read(KVGrpc.getTxnMethod(), both);
      RangeResponse newest = response.getResponses(0).getResponseRange();
      revision = response.getHeader().getRevision();
      head = newest.getKvsCount() == 0 ? 0 : newest.getKvs(0).getModRevision();
      return response.getResponses(1).getResponseRange();
    }
  }

  private Page read(Scan scan, long now, Moment moment) {
    Collector page = new Collector(scan, now);
    ScanBounds bounds = ScanBounds.of(scan);
    byte[] from = bounds.from();
    byte[] to = bounds.to();
    int depth = windows.depth();
    int chunk = firstChunk(scan);
    while (!page.full && (to == null || Arrays.compareUnsigned(from, to) < 0)) {
      byte[] start = scan.isReversed() ? Windows.start(from, to, depth) : from;
      byte[] end = scan.isReversed() ? to : Windows.end(from, to, depth);
      RangeResponse found;
      try {
        found = moment.range(range(start, end, chunk, scan.isReversed()));
      } catch (CallException failed) {
        if (failed.fault() != CallException.Fault.RESPONSE_TOO_LARGE || chunk == 1) {
          throw failed;
        }
        chunk = Math.max(1, chunk / 2);
        continue;
      }
      found.getKvsList().forEach(page::add);
      if (found.getMore()) {
        List<KeyValue> kvs = found.getKvsList();
        byte[] last = layout.keyOf(kvs.get(kvs.size() - 1).getKey());
        windows.learn(layout.keyOf(kvs.get(0).getKey()), last);
        depth = windows.depth();
        from = scan.isReversed() ? from : Arrays.copyOf(last, last.length + 1);
        to = scan.isReversed() ? last : to;
      } else if (scan.isReversed()) {
        depth = Math.min(depth, start.length) - 1;
        to = start;
      } else {
        depth = Math.min(depth, from.length) - 1;
        from = end;
        if (end == null) {
          break;
        }
      }
      chunk = nextChunk(scan, found, chunk);
    }
    return page.toPage();
  }

  private int firstChunk(Scan scan) {
    long most =
        typicalBytes == 0
            ? FIRST_CHUNK
            : CHUNK_BYTES / Math.max(1, Math.min(typicalBytes, CHUNK_BYTES));
    return (int) Math.min(wanted(scan), Math.min(LARGEST_CHUNK, most));
  }

  private int nextChunk(Scan scan, RangeResponse found, int chunk) {
    if (found.getKvsCount() == 0) {
      return chunk;
    }
    typicalBytes = Math.max(1, found.getSerializedSize() / found.getKvsCount());
    return (int)
        Math.min(
            wanted(scan),
            Math.min(4L * chunk, Math.max(1, Math.min(LARGEST_CHUNK, CHUNK_BYTES / typicalBytes))));
  }

  /** One more than the page takes, which tells whether more are to come. */
  private static long wanted(Scan scan) {
    return scan.limit() + 1L;
  }

  private RangeRequest.Builder range(byte[] from, byte[] to, int limit, boolean reversed) {
    RangeRequest.Builder range = range(from, to).setLimit(limit);
    return reversed
        ? range
            .setSortTarget(RangeRequest.SortTarget.KEY)
            .setSortOrder(RangeRequest.SortOrder.DESCEND)
        : range;
  }

  private RangeRequest.Builder range(byte[] from, byte[] to) {
    ByteString end = to == null ? layout.entriesEnd() : layout.entry(to);
    return RangeRequest.newBuilder().setKey(layout.entry(from)).setRangeEnd(end);
  }

  /** How many entries a scan has at one moment, without those that have expired. */
  public long count(Scan scan, long now) {
    ScanBounds bounds = ScanBounds.of(scan);
    if (bounds.isEmpty()) {
      return 0;
    }
    TxnResponse both =
        cluster.read(
            KVGrpc.getTxnMethod(),
            TxnRequest.newBuilder()
                .addSuccess(Requests.read(range(bounds.from(), bounds.to()).setCountOnly(true)))
                .addSuccess(Requests.read(expired(layout.expiriesStart(), now)))
                .build());
    long count = both.getResponses(0).getResponseRange().getCount();
    RangeResponse expired = both.getResponses(1).getResponseRange();
    count -= within(bounds, expired);
    while (expired.getMore()) {
      ByteString last = expired.getKvs(expired.getKvsCount() - 1).getKey();
      RangeRequest.Builder behind =
          expired(last.concat(ByteString.copyFrom(new byte[1])), now)
              .setRevision(both.getHeader().getRevision());
      expired = cluster.read(KVGrpc.getRangeMethod(), behind.build());
      count -= within(bounds, expired);
    }
    return count;
  }

  private RangeRequest.Builder expired(ByteString from, long now) {
    return RangeRequest.newBuilder()
        .setKey(from)
        .setRangeEnd(layout.expiriesEnd(now))
        .setKeysOnly(true)
        .setLimit(LARGEST_CHUNK);
  }

  private long within(ScanBounds bounds, RangeResponse expired) {
    return expired.getKvsList().stream()
        .map(each -> ExpiryKey.entryKey(layout.expiryKeyOf(each.getKey())))
        .filter(key -> Arrays.compareUnsigned(key, bounds.from()) >= 0)
        .filter(key -> bounds.to() == null || Arrays.compareUnsigned(key, bounds.to()) < 0)
        .count();
  }

  /** Takes the entries of a page until there is one that it has no room for. */
  private final class Collector {
    private final Scan scan;
    private final long now;
    private final List<Entry> entries = new ArrayList<>();
    private long bytes;
    private boolean full;

    Collector(Scan scan, long now) {
      this.scan = scan;
      this.now = now;
    }

    void add(KeyValue stored) {
      if (full || Limits.isExpired(StoredValue.expiresAt(stored), now)) {
        return;
      }
      byte[] key = layout.keyOf(stored.getKey());
      int valueBytes = StoredValue.valueBytes(stored);
      long size = key.length + (scan.isKeysOnly() ? 0L : valueBytes);
      if (entries.size() == scan.limit() || !entries.isEmpty() && bytes + size > scan.maxBytes()) {
        full = true;
        return;
      }
      boolean withValue =
          !scan.isKeysOnly() && !(scan.isStrict() && entries.isEmpty() && size > scan.maxBytes());
      bytes += size;
      if (withValue) {
        VersionedValue value = StoredValue.decode(stored);
        entries.add(value.entry(key, Integer.MAX_VALUE));
      } else {
        entries.add(
            Entry.withoutValue(
                key, valueBytes, stored.getModRevision(), StoredValue.expiresAt(stored)));
      }
    }

    Page toPage() {
      return new Page(entries, full);
    }
  }
}
