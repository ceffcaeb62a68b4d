package io.kvapp.server.v1;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.OperationResult;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.json.JsonOutput;
import io.kvapp.server.json.TimeText;
import io.kvapp.server.json.Utf8;
import io.kvapp.server.service.EntryService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One entry: reads, writes, touches, counts and deletes it. The key is in the path, {@code
 * /v1/kv/{key}}, or in the query, {@code /v1/kv?key=}.
 *
 * <p>Safe for any thread.
 */
final class KvHandler {
  static final String KEY = "key";

  private static final String TTL = "ttl";
  private static final String SYNC = "sync";
  private static final String TYPE = "type";
  private static final String ADD = "add";
  private static final String KEEP = "keep";
  private static final String NEVER = "none";
  private static final String CONTENT_TYPE = "Content-Type";
  private static final String TEXT_TYPE = "text/plain; charset=utf-8";

  private static final String PATCH_TTL = TimeText.DURATION + "; or none";
  private static final String PUT_TTL = TimeText.DURATION + "; or keep, or none";

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern TYPE_PATTERN =
      Pattern.compile(TOKEN + "/" + TOKEN + "(; ?charset=" + TOKEN + ")?");

  private static final ResponseHead VALUE =
      ResponseHead.secured(200)
          .with("Content-Security-Policy", "sandbox; default-src 'none'")
          .with("Cross-Origin-Resource-Policy", "same-origin")
          .with("Accept-Ranges", "none");
  private static final ResponseHead TEXT = VALUE.with(CONTENT_TYPE, TEXT_TYPE);
  private static final ResponseHead BINARY = VALUE.with(CONTENT_TYPE, "application/octet-stream");
  private static final Map<Durability, ResponseHead> NUMBER =
      Replies.ofWrites(ResponseHead.secured(200).with(CONTENT_TYPE, TEXT_TYPE));
  private static final Map<Durability, ResponseHead> CREATED =
      Replies.ofWrites(ResponseHead.secured(201));
  private static final Map<Durability, ResponseHead> DONE =
      Replies.ofWrites(ResponseHead.secured(204));
  private static final ResponseHead NOT_MODIFIED = ResponseHead.secured(304);

  private final EntryService entries;

  /** What a request is about. */
  private record Target(byte[] key, Parameters parameters) {}

  KvHandler(EntryService entries) {
    this.entries = entries;
  }

  /** {@code GET} and {@code HEAD}. */
  Response get(Call call, boolean inPath) {
    Target target = target(call, inPath, false, List.of(TYPE));
    Optional<String> type = target.parameters.text(TYPE);
    if (type.isPresent() && !TYPE_PATTERN.matcher(type.get()).matches()) {
      throw Parameters.bad(TYPE, "a media type such as image/png");
    }
    Request request = call.request();
    Precondition condition = Precondition.ofRead(request);
    Caller caller = call.caller();
    Optional<Entry> found = entries.read(caller, target.key, request.memory());
    long revision = 0;
    if (found.isEmpty()) {
      revision = entries.revision();
      // Only a read that begins behind a revision tells that there is nothing as of it.
      found = entries.read(caller, target.key, request.memory());
    }
    Entry entry = found.orElse(null);
    if (!condition.fits(entry == null ? 0 : entry.revision())) {
      if (condition.kind() == Precondition.Kind.CHANGED) {
        return Response.empty(tagged(NOT_MODIFIED, entry));
      }
      throw Refusals.conflict(condition, entry);
    }
    if (entry == null) {
      throw Refusals.notFound(revision);
    }
    return value(entry, type);
  }

  /** {@code PUT}. */
  Response put(Call call, boolean inPath) {
    Target target = target(call, inPath, true, List.of(TTL, SYNC));
    Expiry expiry = expiry(target.parameters, true);
    boolean sync = target.parameters.flag(SYNC);
    Precondition condition = Precondition.ofWrite(call.request());
    checkBeforeBody(call, target.key, condition);
    Batch batch = batch(target.key, condition).put(target.key, value(call), expiry);
    BatchResult result = commit(call, batch, condition, sync);
    OperationResult.Put put = (OperationResult.Put) result.results().get(0);
    return Response.empty(
        tagged(put.created() ? CREATED : DONE, result, put.expiresAtMillis(), sync));
  }

  /** The body, which is larger than the store takes, or else the value. */
  private byte[] value(Call call) {
    try {
      return call.bytes();
    } catch (HttpException refused) {
      String remedy = entries.limits().bytesRemedyClause();
      if (refused.status() != 413 || remedy.isEmpty()) {
        throw refused;
      }
      HttpException told = new HttpException(413, refused.getMessage() + remedy);
      refused.members().forEach(told::with);
      throw told;
    }
  }

  /** {@code PATCH}. */
  Response patch(Call call, boolean inPath) {
    Target target = target(call, inPath, true, List.of(TTL, SYNC));
    if (target.parameters.bytes(TTL).isEmpty()) {
      throw Parameters.bad(TTL, PATCH_TTL);
    }
    Expiry expiry = expiry(target.parameters, false);
    boolean sync = target.parameters.flag(SYNC);
    Precondition condition = Precondition.ofWrite(call.request());
    Batch batch = batch(target.key, condition).touch(target.key, expiry);
    BatchResult result = commit(call, batch, condition, sync);
    OperationResult.Touch touch = (OperationResult.Touch) result.results().get(0);
    if (!touch.touched()) {
      throw Refusals.notFound(entries.revision());
    }
    return Response.empty(tagged(DONE, result, touch.expiresAtMillis(), sync));
  }

  /** {@code POST}. */
  Response add(Call call, boolean inPath) {
    Target target = target(call, inPath, true, List.of(ADD, TTL, SYNC));
    if (target.parameters.bytes(ADD).isEmpty()) {
      throw Parameters.bad(ADD, "an integer to add, such as ?add=1");
    }
    long delta = target.parameters.integer(ADD, 0, Long.MIN_VALUE, Long.MAX_VALUE);
    Expiry ofNew = expiry(target.parameters, false);
    boolean sync = target.parameters.flag(SYNC);
    Precondition.requireNone(call.request());
    BatchResult result =
        entries.commit(call.caller(), new Batch().add(target.key, delta, ofNew), sync);
    OperationResult.Add add = (OperationResult.Add) result.results().get(0);
    byte[] number = JsonOutput.ascii(Long.toString(add.number()));
    return Response.of(
        tagged(NUMBER, result, add.expiresAtMillis(), sync), ResponseBody.of(number));
  }

  /** {@code DELETE}. */
  Response delete(Call call, boolean inPath) {
    Target target = target(call, inPath, true, List.of(SYNC));
    boolean sync = target.parameters.flag(SYNC);
    Precondition condition = Precondition.ofWrite(call.request());
    BatchResult result =
        commit(call, batch(target.key, condition).delete(target.key), condition, sync);
    OperationResult.Delete delete = (OperationResult.Delete) result.results().get(0);
    if (!delete.deleted()) {
      throw Refusals.notFound(entries.revision());
    }
    return Response.empty(written(DONE, Long.toString(result.revision()), sync));
  }

  /** The key, which is valid and granted, and only then the parameters besides it. */
  private Target target(Call call, boolean inPath, boolean isWrite, List<String> known) {
    String query = call.request().query();
    byte[] key = inPath ? call.key() : Parameters.peek(query, KEY).orElse(new byte[0]);
    requireUsable(call.caller(), key, isWrite);
    List<String> all = new ArrayList<>(known);
    if (!inPath) {
      all.add(0, KEY);
    }
    return new Target(key, Parameters.of(query, all));
  }

  private void requireUsable(Caller caller, byte[] key, boolean isWrite) {
    Keys.requireValid(key, entries.limits());
    if (isWrite) {
      caller.requireWrite(key);
    } else {
      caller.requireRead(key);
    }
  }

  /** Spares a client that waits before it sends the body from sending it in vain. */
  private void checkBeforeBody(Call call, byte[] key, Precondition condition) {
    boolean waits = call.request().header("expect") != null;
    if (waits && condition.kind() != Precondition.Kind.NONE) {
      Entry current = entries.read(call.caller(), key, call.request().memory()).orElse(null);
      if (!condition.fits(current == null ? 0 : current.revision())) {
        throw Refusals.conflict(condition, current);
      }
    }
  }

  private BatchResult commit(Call call, Batch batch, Precondition condition, boolean sync) {
    BatchResult result = entries.commit(call.caller(), batch, sync);
    if (!result.applied()) {
      throw Refusals.conflict(condition, result.failures().get(0).current().orElse(null));
    }
    return result;
  }

  private static Batch batch(byte[] key, Precondition condition) {
    Batch batch = new Batch();
    return switch (condition.kind()) {
      case NONE, CHANGED -> batch;
      case MATCH -> batch.ifRevision(key, condition.revision());
      case PRESENT -> batch.ifPresent(key);
      case ABSENT -> batch.ifAbsent(key);
    };
  }

  private static Expiry expiry(Parameters parameters, boolean mayKeep) {
    String text = parameters.text(TTL).orElse(NEVER);
    if (text.equals(NEVER)) {
      return Expiry.never();
    }
    if (mayKeep && text.equals(KEEP)) {
      return Expiry.keep();
    }
    Duration duration =
        TimeText.duration(text)
            .orElseThrow(() -> Parameters.bad(TTL, mayKeep ? PUT_TTL : PATCH_TTL));
    return Expiry.in(duration);
  }

  private static Response value(Entry entry, Optional<String> type) {
    byte[] value = entry.value();
    ResponseHead head;
    if (type.isPresent()) {
      head = VALUE.with(CONTENT_TYPE, type.get());
    } else {
      head = Utf8.isValid(value) ? TEXT : BINARY;
    }
    return Response.of(tagged(head, entry), ResponseBody.of(value));
  }

  private static ResponseHead tagged(ResponseHead head, Entry entry) {
    return Replies.expiring(
        head.with(Replies.ETAG, Precondition.tag(entry.revision())), entry.expiresAtMillis());
  }

  private ResponseHead tagged(
      Map<Durability, ResponseHead> heads, BatchResult result, long expiresAtMillis, boolean sync) {
    String revision = Long.toString(result.revision());
    ResponseHead head = written(heads, revision, sync).with(Replies.ETAG, '"' + revision + '"');
    return Replies.expiring(head, expiresAtMillis);
  }

  private ResponseHead written(Map<Durability, ResponseHead> heads, String revision, boolean sync) {
    return heads
        .get(sync ? Durability.SYNC : entries.durability())
        .with(Replies.REVISION, revision);
  }
}
