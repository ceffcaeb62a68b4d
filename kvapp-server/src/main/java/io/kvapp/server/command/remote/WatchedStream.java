package io.kvapp.server.command.remote;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A stream that fails where nothing comes for too long, in place of waiting for ever.
 *
 * <p>Not thread-safe.
 */
final class WatchedStream extends FilterInputStream {
  private final Duration patience;

  /**
   * The same stream, watched.
   *
   * @param input can be closed while it is read from
   * @param patience how long to wait for the next bytes
   */
  WatchedStream(InputStream input, Duration patience) {
    super(input);
    this.patience = patience;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    CompletableFuture<Void> come = new CompletableFuture<>();
    come.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((done, late) -> closeIf(late != null));
    try {
      int read = in.read(target, from, length);
      if (come.complete(null)) {
        return read;
      }
    } catch (IOException failed) {
      if (come.complete(null)) {
        throw failed;
      }
    }
    throw new IOException("no bytes for " + patience.toSeconds() + " s");
  }

  private void closeIf(boolean isLate) {
    if (isLate) {
      try {
        in.close();
      } catch (IOException closed) {
        // It has ended, either way.
      }
    }
  }
}
