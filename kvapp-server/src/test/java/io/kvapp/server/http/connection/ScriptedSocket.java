package io.kvapp.server.http.connection;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A socket without a network: its client sends given pieces, then ends, and keeps what it gets. */
class ScriptedSocket extends Socket {
  private final byte[] sent;
  private final int[] pieceEnds;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private int position;

  /**
   * A socket whose client sends these bytes.
   *
   * @param pieceEnds where pieces end that arrive one at a time, ascending; the rest is the last
   */
  ScriptedSocket(byte[] sent, int... pieceEnds) {
    this.sent = sent;
    this.pieceEnds = pieceEnds;
  }

  /** What the client has got. */
  byte[] received() {
    return received.toByteArray();
  }

  @Override
  public InputStream getInputStream() {
    return new Pieces();
  }

  @Override
  public ByteArrayOutputStream getOutputStream() {
    return received;
  }

  @Override
  public InetAddress getInetAddress() {
    return InetAddress.getLoopbackAddress();
  }

  @Override
  public void shutdownInput() {
    position = sent.length;
  }

  @Override
  public void shutdownOutput() {
    // Nothing is sent after it.
  }

  private final class Pieces extends InputStream {
    @Override
    public int read() {
      return position == sent.length ? -1 : sent[position++] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) {
      if (position == sent.length) {
        return -1;
      }
      int end = sent.length;
      for (int pieceEnd : pieceEnds) {
        if (pieceEnd > position) {
          end = pieceEnd;
          break;
        }
      }
      int count = Math.min(length, end - position);
      System.arraycopy(sent, position, target, from, count);
      position += count;
      return count;
    }
  }
}
