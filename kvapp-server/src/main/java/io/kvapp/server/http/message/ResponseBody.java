package io.kvapp.server.http.message;

import java.io.IOException;

/** Writes the body of a response. It is called once, by the thread that handled the request. */
@FunctionalInterface
public interface ResponseBody {
  /** The {@link #length} of a body that is not known beforehand. */
  long UNKNOWN_LENGTH = -1;

  /** A body that is there already; the array must not change until the response is sent. */
  static ResponseBody of(byte[] bytes) {
    return new ResponseBody() {
      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public void writeTo(BodyOutput output) throws IOException {
        output.write(bytes);
      }
    };
  }

  /**
   * How many bytes {@link #writeTo} writes, so that the response can say so beforehand, and answer
   * a {@code HEAD} without writing them; {@link #UNKNOWN_LENGTH} by default.
   */
  default long length() {
    return UNKNOWN_LENGTH;
  }

  /**
   * Writes the whole body.
   *
   * @throws IOException if the client is gone, as {@code output} says
   */
  void writeTo(BodyOutput output) throws IOException;
}
