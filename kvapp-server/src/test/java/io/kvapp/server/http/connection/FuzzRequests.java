package io.kvapp.server.http.connection;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Pipelines of requests with random faults in them; the same seed gives the same ones. */
final class FuzzRequests {
  private static final String[] METHODS = {"GET", "POST", "HEAD", "PUT", "OPTIONS", "PATCH", "X"};
  private static final String[] TARGETS = {
    "/",
    "/a/b?c=d",
    "/skip",
    "http://x/x",
    "http://h/x",
    "https://X?q",
    "http://[::1]:80/",
    "http://x:080/",
    "https://x:443",
    "/%20",
    "*",
    "/skip?%ff"
  };
  private static final String[] HOSTS = {
    "x", "x", "x", "x:80", "X:443", "[::1]:80", "[1::2:127.0.0.1]:"
  };
  private static final String[] HEADERS = {
    "A: b\r\n",
    "Connection: close\r\n",
    "connection: x, Keep-Alive\r\n",
    "Expect: 100-continue\r\n",
    "X-Request-Id: 17\r\n",
    "Accept:\t*/*  \r\n"
  };
  private static final String[] FRAGMENTS = {
    "\r\n",
    "\r",
    "\n",
    "\r\n\r\n",
    " ",
    "\t",
    "\0",
    ":",
    ";",
    ",",
    "%",
    "#",
    "0",
    "9",
    "f",
    "-1",
    "+1",
    "0x",
    "HTTP/1.0",
    "HTTP/1.1",
    "HTTP/2.0",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "0\r\n\r\n",
    "1;x=\"y\"\r\nz\r\n",
    "ffffffff\r\n",
    "Content-Length: 3\r\n",
    "Content-Length: 3, 3\r\n",
    "Content-Length: 99999999999999999999\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding : chunked\r\n",
    "Transfer-Encoding:\u000bchunked\r\n",
    "Host: y\r\n",
    "[::1]",
    "[1::2:127.0.0.1]:80",
    "[1:2:3:4:5:6:7:8]",
    "[",
    "]",
    "::",
    "%41",
    " folded\r\n",
    "Connection: close\r\n",
    "Expect: 100-continue\r\n",
    "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
    "\u00e9",
    "\u00ff",
    "\u007f"
  };

  private final Random random;

  FuzzRequests(long seed) {
    random = new Random(seed);
  }

  /** Some requests, mostly with faults, and a plain one at the end. */
  byte[] next() {
    StringBuilder text = new StringBuilder();
    int requests = 1 + random.nextInt(3);
    for (int count = 0; count < requests; count++) {
      text.append(request());
    }
    for (int faults = random.nextInt(5); faults > 0; faults--) {
      change(text);
    }
    text.append("GET /last HTTP/1.1\r\nHost: x\r\n\r\n");
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Random places to cut so many bytes at, ascending. */
  int[] cuts(int length) {
    return random.ints(random.nextInt(6), 0, length + 1).sorted().toArray();
  }

  /** Every place to cut so many bytes at. */
  static int[] everywhere(int length) {
    int[] cuts = new int[length];
    Arrays.setAll(cuts, index -> index + 1);
    return cuts;
  }

  private String request() {
    StringBuilder text = new StringBuilder();
    text.append(any(METHODS)).append(' ').append(any(TARGETS));
    text.append(random.nextInt(8) == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    text.append("Host: ").append(any(HOSTS)).append("\r\n");
    for (int headers = random.nextInt(3); headers > 0; headers--) {
      text.append(any(HEADERS));
    }
    String body = "body".repeat(random.nextInt(6));
    return switch (random.nextInt(3)) {
      case 0 -> text.append("\r\n").toString();
      case 1 -> text + "Content-Length: " + body.length() + "\r\n\r\n" + body;
      default -> text + "Transfer-Encoding: chunked\r\n\r\n" + chunks(body);
    };
  }

  private String chunks(String body) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < body.length()) {
      int size = 1 + random.nextInt(body.length() - at);
      text.append(Integer.toHexString(size)).append(random.nextBoolean() ? "" : ";e=f");
      text.append("\r\n").append(body, at, at + size).append("\r\n");
      at += size;
    }
    return text.append("0\r\n").append(random.nextBoolean() ? "" : "T: u\r\n") + "\r\n";
  }

  private void change(StringBuilder text) {
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + 1 + random.nextInt(12));
    switch (random.nextInt(6)) {
      case 0 -> text.replace(from, Math.min(text.length(), from + 1), "" + anyOctet());
      case 1 -> text.insert(from, anyOctet());
      case 2 -> text.delete(from, to);
      case 3 -> text.insert(from, text.substring(from, to));
      case 4 -> text.replace(from, to, any(FRAGMENTS));
      default -> text.insert(from, any(FRAGMENTS));
    }
  }

  private char anyOctet() {
    return (char) random.nextInt(256);
  }

  private String any(String[] texts) {
    return texts[random.nextInt(texts.length)];
  }
}
