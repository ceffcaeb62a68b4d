package io.kvapp.server.http.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A body that is kept as a whole. */
public final class InMemoryBody implements BodyOutput {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** The body of a response as text. */
  public static String textOf(Response response) throws IOException {
    InMemoryBody body = new InMemoryBody();
    response.body().writeTo(body);
    return body.text();
  }

  @Override
  public void write(int octet) {
    bytes.write(octet);
  }

  @Override
  public void write(byte[] source, int from, int length) {
    bytes.write(source, from, length);
  }

  @Override
  public void flush() {
    // It is there already.
  }

  /** What has been written, as UTF-8. */
  public String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
