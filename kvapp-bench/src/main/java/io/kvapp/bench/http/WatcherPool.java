package io.kvapp.bench.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;

/**
 * Watchers of one prefix, all read by one thread. It notes how long each event has taken since its
 * write was sent; the value of a write begins with its number.
 *
 * <p>Used by one thread, but for {@link #stop} and {@link #isComplete}.
 */
final class WatcherPool implements AutoCloseable, Runnable {
  /** The digits of the number that a value begins with. */
  static final int DIGITS = 12;

  private static final byte[] VALUE = "\"value\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final int SHOWN = 16;

  private final HttpTarget target;
  private final AtomicLongArray sentAt;
  private final Selector selector = Selector.open();
  private final List<Watcher> watchers = new ArrayList<>();
  private final Histogram latencies = new Histogram(3);
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
  private volatile boolean stopped;
  private volatile long events;
  private volatile IOException failure;

  /**
   * Opens the watchers.
   *
   * @param sentAt when each write was sent, by its number
   */
  WatcherPool(HttpTarget target, String prefix, int count, AtomicLongArray sentAt)
      throws IOException {
    this.target = target;
    this.sentAt = sentAt;
    byte[] request = target.requests().watch(prefix).getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < count; i++) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port());
      SocketChannel channel = SocketChannel.open(address);
      Watcher watcher = new Watcher();
      watchers.add(watcher);
      channel.write(ByteBuffer.wrap(request));
      // Its stream has begun when something of it is there.
      while (!watcher.hasBegun()) {
        read(channel, watcher);
      }
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, watcher);
    }
  }

  /** Reads until it is stopped. */
  @Override
  public void run() {
    try {
      while (!stopped) {
        selector.select(100);
        for (SelectionKey key : selector.selectedKeys()) {
          read((SocketChannel) key.channel(), (Watcher) key.attachment());
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException failed) {
      failure = failed;
    }
  }

  private void read(SocketChannel channel, Watcher watcher) throws IOException {
    buffer.clear();
    if (channel.read(buffer) < 0) {
      throw new IOException(target.title() + " ended the stream of a watcher");
    }
    watcher.take(buffer.flip(), System.nanoTime());
  }

  /**
   * Whether each watcher has had each of so many writes.
   *
   * @throws IOException if a stream has failed
   */
  boolean isComplete(int writes) throws IOException {
    if (failure != null) {
      throw failure;
    }
    return events == (long) writes * watchers.size();
  }

  /** Has {@link #run} end. */
  void stop() {
    stopped = true;
    selector.wakeup();
  }

  /** The latencies of all events in nanoseconds, once {@link #run} has ended. */
  Histogram latencies() {
    return latencies;
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }

  /** One stream: takes the chunks apart, and finds the values in them. */
  private final class Watcher {
    private final BitSet seen = new BitSet();
    private final byte[] shown = new byte[SHOWN];
    private boolean isInBody;
    private int headEnd;
    private long size;
    private long left;
    private int matched;
    private boolean begun;

    private boolean hasBegun() {
      return begun;
    }

    private void take(ByteBuffer bytes, long now) throws IOException {
      while (bytes.hasRemaining()) {
        byte octet = bytes.get();
        if (!isInBody) {
          head(octet);
        } else if (left > 0) {
          begun = true;
          left--;
          content(octet, now);
        } else {
          sizeOfChunk(octet);
        }
      }
    }

    private void head(byte octet) {
      boolean fits = octet == (headEnd % 2 == 0 ? '\r' : '\n');
      headEnd = fits ? headEnd + 1 : octet == '\r' ? 1 : 0;
      isInBody = headEnd == 4;
    }

    private void sizeOfChunk(byte octet) {
      if (octet == '\n') {
        left = size;
        size = 0;
      } else if (octet != '\r') {
        size = 16 * size + Character.digit(octet, 16);
      }
    }

    private void content(byte octet, long now) throws IOException {
      if (matched < VALUE.length) {
        matched = octet == VALUE[matched] ? matched + 1 : octet == VALUE[0] ? 1 : 0;
        return;
      }
      shown[matched++ - VALUE.length] = octet;
      if (matched == VALUE.length + SHOWN) {
        matched = 0;
        event(now);
      }
    }

    private void event(long now) throws IOException {
      byte[] value = target.requests().decoded(shown);
      int number = Integer.parseInt(new String(value, 0, DIGITS, StandardCharsets.US_ASCII));
      if (number >= sentAt.length()) {
        return;
      }
      if (seen.get(number)) {
        throw new IOException(target.title() + " told a watcher of write " + number + " twice");
      }
      seen.set(number);
      latencies.recordValue(Math.max(0, now - sentAt.get(number)));
      events++;
    }
  }
}
