package io.kvapp.server.v1;

import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Octets;
import io.kvapp.server.http.message.Request;

/**
 * What the headers {@code If-Match} and {@code If-None-Match} of a request demand of the entry it
 * names.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param kind what is demanded
 * @param revision the revision, where one is named; else 0
 */
record Precondition(Kind kind, long revision) {
  /** What is demanded of an entry. */
  enum Kind {
    /** Nothing. */
    NONE,
    /** That it has this revision. */
    MATCH,
    /** That there is one. */
    PRESENT,
    /** That there is none. */
    ABSENT,
    /** For reads: that it has another revision than this one, or else no body is wanted. */
    CHANGED
  }

  private static final Precondition ANYTHING = new Precondition(Kind.NONE, 0);
  private static final String IF_MATCH = "if-match";
  private static final String IF_NONE_MATCH = "if-none-match";

  /**
   * The condition of a write: {@code If-Match} with one tag or {@code *}, or {@code If-None-Match:
   * *}.
   *
   * @throws HttpException {@code bad-condition} if it is another, or there are two
   */
  static Precondition ofWrite(Request request) {
    Precondition condition = of(request);
    if (condition.kind == Kind.CHANGED) {
      throw bad("If-None-Match of a write is *, which demands that there is no entry");
    }
    return condition;
  }

  /**
   * The condition of a read: {@code If-Match} with one tag or {@code *}, or {@code If-None-Match}
   * with one tag.
   *
   * @throws HttpException {@code bad-condition} if it is another, or there are two
   */
  static Precondition ofRead(Request request) {
    Precondition condition = of(request);
    if (condition.kind == Kind.ABSENT) {
      throw bad("If-None-Match of a read is one tag, such as \"41\"");
    }
    return condition;
  }

  /**
   * The condition of a request that takes none.
   *
   * @throws HttpException {@code bad-condition} if there is one
   */
  static void requireNone(Request request) {
    if (of(request).kind != Kind.NONE) {
      throw bad("this request takes neither If-Match nor If-None-Match");
    }
  }

  /** The tag of a revision, for the header {@code ETag}. */
  static String tag(long revision) {
    return "\"" + revision + "\"";
  }

  /** Whether an entry with this revision fits; 0 where there is no entry. */
  boolean fits(long present) {
    return switch (kind) {
      case NONE -> true;
      case MATCH -> present == revision;
      case PRESENT -> present != 0;
      case ABSENT -> present == 0;
      case CHANGED -> present != revision;
    };
  }

  private static Precondition of(Request request) {
    String match = request.header(IF_MATCH);
    String noneMatch = request.header(IF_NONE_MATCH);
    if (match == null && noneMatch == null) {
      return ANYTHING;
    }
    if (match != null && noneMatch != null) {
      throw bad("send If-Match or If-None-Match, not both");
    }
    boolean isMatch = match != null;
    String tag = isMatch ? match : noneMatch;
    if (tag.equals("*")) {
      return new Precondition(isMatch ? Kind.PRESENT : Kind.ABSENT, 0);
    }
    long revision = revision(tag);
    if (revision <= 0) {
      throw bad("a condition is one tag, such as \"41\", 41 or *");
    }
    return new Precondition(isMatch ? Kind.MATCH : Kind.CHANGED, revision);
  }

  /** The revision of a tag, quoted, weak or bare; 0 if it is none. */
  private static long revision(String tag) {
    int from = tag.startsWith("W/\"") ? 2 : 0;
    int to = tag.length();
    if (to - from >= 2 && tag.charAt(from) == '"' && tag.charAt(to - 1) == '"') {
      from++;
      to--;
    }
    long revision = 0;
    for (int at = from; at < to; at++) {
      if (!Octets.isDigit(tag.charAt(at)) || to - from > 18) {
        return 0;
      }
      revision = 10 * revision + tag.charAt(at) - '0';
    }
    return revision;
  }

  private static HttpException bad(String detail) {
    return new HttpException(400, "bad-condition", detail);
  }
}
