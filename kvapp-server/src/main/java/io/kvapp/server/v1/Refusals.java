package io.kvapp.server.v1;

import io.kvapp.BatchResult;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.json.JsonOutput;

/**
 * Refusals that show what the store holds: no entry, or another one than a condition demands.
 *
 * <p>All methods may be called from any thread.
 */
public final class Refusals {
  /** The largest value that is shown where a condition did not hold. */
  public static final int MAX_CURRENT_BYTES = 64 << 10;

  private static final String CONFLICT = "conflict";

  private Refusals() {}

  /** There is no such entry, as of this revision of the store. */
  static HttpException notFound(long revision) {
    return new HttpException(404, "not-found", "there is no entry with this key")
        .withHeader(Replies.REVISION, Long.toString(revision));
  }

  /** The changes behind a revision are no longer kept, or it is not one of this store. */
  static HttpException historyGone(KVException.HistoryGone gone, long revision) {
    return new HttpException(
            410,
            "history-gone",
            "the changes asked for are gone; read the entries again and go on from their revision,"
                + " or watch with initial=true")
        .with("oldest", gone.oldest())
        .with("revision", revision);
  }

  /**
   * The condition of a request for one key does not hold.
   *
   * @param current the entry that is there; null where there is none
   */
  static HttpException conflict(Precondition condition, Entry current) {
    ResponseBody shown =
        output -> EntryJson.writeOrNull(new JsonOutput(output), current, MAX_CURRENT_BYTES);
    HttpException conflict =
        new HttpException(412, CONFLICT, detail(condition, current)).with("current", shown);
    return current == null
        ? conflict
        : conflict.withHeader(Replies.ETAG, Precondition.tag(current.revision()));
  }

  /** Some conditions of a transaction do not hold. */
  public static HttpException conflict(BatchResult result) {
    int count = result.failures().size();
    ResponseBody shown = output -> TxnJson.writeFailures(new JsonOutput(output), result.failures());
    return new HttpException(
            412,
            CONFLICT,
            count
                + (count == 1 ? " condition does" : " conditions do")
                + " not hold; begin again with what is in failed")
        .with("failed", shown);
  }

  private static String detail(Precondition condition, Entry current) {
    if (current == null) {
      return "there is no entry with this key; write it with If-None-Match: *";
    }
    String present = "the entry has revision " + current.revision();
    return condition.kind() == Precondition.Kind.ABSENT
        ? present + " and must not be there; use what is in current, or If-Match"
        : present + ", not " + condition.revision() + "; read it again or use what is in current";
  }
}
