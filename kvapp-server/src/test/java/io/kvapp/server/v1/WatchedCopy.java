package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.server.v1.EventClient.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a watcher has made of all it was told: its copy of the entries, and the place where it goes
 * on. What comes without an id is taken with the next one; where the stream ends before, it is told
 * again.
 *
 * <p>Not thread-safe.
 */
final class WatchedCopy {
  private final Map<String, String> entries = new TreeMap<>();
  private final Set<Long> told = new TreeSet<>();
  private final List<JsonObject> pending = new ArrayList<>();
  private long resume;
  private int resets;

  /** The entries as the changes up to {@link #resume} have made them. */
  Map<String, String> entries() {
    return entries;
  }

  /** The revisions since the last state. */
  Set<Long> told() {
    return told;
  }

  /** The last id; 0 before any. */
  long resume() {
    return resume;
  }

  /** How many times the state was told instead of changes. */
  int resets() {
    return resets;
  }

  /** Opens a stream that begins with the state, or goes on by the last id. */
  EventClient watch(int port) throws IOException {
    return resume == 0
        ? new EventClient(port, "?initial=true")
        : new EventClient(port, "?initial=true", "Last-Event-ID: " + resume);
  }

  /** Follows a stream up to a revision. */
  void follow(EventClient events, long revision) throws IOException {
    while (resume < revision) {
      take(events.block());
    }
  }

  /** Follows a stream until so many more changes are told. */
  void followMore(EventClient events, int changes) throws IOException {
    int goal = told.size() + changes;
    while (told.size() < goal) {
      take(events.block());
    }
  }

  /** Takes what is left of a stream whose server has ended. */
  void takeRest(EventClient events) throws IOException {
    try {
      for (Block next = events.block(); next != null; next = events.block()) {
        take(next);
      }
    } catch (IOException cut) {
      // What came without its id is told again.
    }
    pending.clear();
  }

  /** Takes one block; fails at one that is told twice or out of order. */
  private void take(Block block) {
    if (block.data() != null) {
      pending.add(block.json());
    }
    if (block.id() == null) {
      return;
    }
    long place = Long.parseLong(block.id());
    Set<Long> revisions = new TreeSet<>();
    for (JsonObject change : pending) {
      switch (change.get("type").getAsString()) {
        case "put" -> entries.put(key(change), change.get("value").getAsString());
        case "delete" -> entries.remove(key(change));
        case "reset" -> forget();
        default -> assertThat(change.get("type").getAsString()).isEqualTo("synced");
      }
      if (change.has("key")) {
        revisions.add(change.get("revision").getAsLong());
      }
    }
    if (resume > 0) {
      assertThat(revisions).allMatch(revision -> revision > resume);
    }
    for (long revision : revisions) {
      assertThat(revision).isLessThanOrEqualTo(place);
      assertThat(told.add(revision)).as("revision %d is told once", revision).isTrue();
    }
    pending.clear();
    resume = place;
  }

  private void forget() {
    entries.clear();
    told.clear();
    resume = 0;
    resets++;
  }

  private static String key(JsonObject change) {
    return change.get("key").getAsString();
  }
}
