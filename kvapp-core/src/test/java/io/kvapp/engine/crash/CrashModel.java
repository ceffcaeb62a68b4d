package io.kvapp.engine.crash;

import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.engine.model.Revisions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * What a store must hold after each death of the process that wrote to it.
 *
 * <p>Of each writer the store must hold what the first so many of its steps leave: at least those
 * that were acknowledged, at most those that were begun. Where acknowledged steps may be lost, it
 * must be the steps up to one revision, the same for all writers, without a hole, and no fewer than
 * a background sync has covered.
 *
 * <p>For one thread.
 */
final class CrashModel {
  /** What is expected of a key; its revision is unknown until the store was looked at. */
  private record Expected(CrashStep.Stamp stamp, long revision, long expiresAt) {
    boolean isLive(long now) {
      return expiresAt == 0 || expiresAt > now;
    }
  }

  /** A write of a pair that was begun and not acknowledged. */
  private record OpenPair(int writer, int number, CrashStep step) {}

  private final Workload workload;
  private final long seed;
  private final Set<Long> acknowledgedRevisions = new HashSet<>();
  private final List<Map<String, Expected>> writers = new ArrayList<>();
  private final Map<Integer, Long> pairRevisions = new HashMap<>();
  private final Map<Integer, CrashStep> pairSteps = new HashMap<>();
  private final List<OpenPair> openPairs = new ArrayList<>();

  private AckLog log;
  private int cycle;
  private long now;

  /** The last revision that may have been given out before the death. */
  private long revision;

  /** A revision up to which all is there. */
  private long recovered;

  /** How many steps of a writer must be there at least. */
  private IntUnaryOperator floor;

  private boolean mayLoseAcknowledged;
  private long lost;
  private long checked;

  CrashModel(Workload workload, long seed) {
    this.workload = workload;
    this.seed = seed;
    for (int writer = 0; writer < CrashStep.WRITERS; writer++) {
      writers.add(new HashMap<>());
    }
  }

  /** Another model that knows the same. */
  CrashModel copy() {
    CrashModel copy = new CrashModel(workload, seed);
    for (int writer = 0; writer < CrashStep.WRITERS; writer++) {
      copy.writers.get(writer).putAll(writers.get(writer));
    }
    copy.pairRevisions.putAll(pairRevisions);
    copy.pairSteps.putAll(pairSteps);
    return copy;
  }

  /**
   * What a check found, beside that all is well.
   *
   * @param revisions how many of the acknowledgements named a revision
   */
  record Outcome(long acknowledged, long lost, long entries, long revisions) {}

  /**
   * Checks a store that was opened after a death, and goes on with what it holds.
   *
   * @param mayLoseAcknowledged whether a suffix of what was acknowledged may be gone
   * @throws AssertionError if anything is missing, wrong or halved
   */
  Outcome check(
      KVStore store, AckLog deathLog, int ofCycle, long clock, boolean mayLoseAcknowledged) {
    // Behind a crash revisions go on far ahead of the last one that may have been given out.
    boolean clean = store.admin().recovery().clean();
    this.revision = store.admin().stats().revision() - (clean ? 0 : Revisions.GAP);
    this.recovered =
        clean ? revision : store.entries(Scan.all()).mapToLong(Entry::revision).max().orElse(0);
    this.floor = mayLoseAcknowledged ? deathLog::synced : deathLog::acknowledged;
    this.mayLoseAcknowledged = mayLoseAcknowledged;
    long revisions = noteRevisions(deathLog);
    Outcome outcome = check(store, deathLog, ofCycle, clock);
    return new Outcome(outcome.acknowledged, outcome.lost, outcome.entries, revisions);
  }

  /**
   * Checks a backup, which must hold all writes up to one revision; this model is of no use then.
   *
   * @param upTo that revision
   * @param floor the steps of each writer that were acknowledged before the backup began
   */
  void checkBackup(
      KVStore backup, AckLog deathLog, int ofCycle, long clock, long upTo, IntUnaryOperator floor) {
    this.revision = upTo;
    this.recovered = upTo;
    this.floor = floor;
    this.mayLoseAcknowledged = true;
    check(backup, deathLog, ofCycle, clock);
  }

  /** No revision is acknowledged twice in the life of a store. */
  private long noteRevisions(AckLog deathLog) {
    long count = 0;
    for (int writer = 0; writer < CrashStep.WRITERS; writer++) {
      for (int number = 1; number <= deathLog.acknowledged(writer); number++) {
        long said = deathLog.said(writer, number);
        if (said > 0) {
          count++;
          require(acknowledgedRevisions.add(said), "revision %d was acknowledged twice", said);
        }
      }
    }
    return count;
  }

  private Outcome check(KVStore store, AckLog deathLog, int ofCycle, long clock) {
    this.log = deathLog;
    this.cycle = ofCycle;
    this.now = clock;
    lost = 0;
    checked = 0;
    openPairs.clear();
    long acknowledged = 0;
    int[] kept = new int[CrashStep.WRITERS];
    for (int writer = 0; writer < CrashStep.WRITERS; writer++) {
      acknowledged += log.acknowledged(writer);
      kept[writer] = checkWriter(store, writer);
    }
    for (int pair = 0; pair < CrashStep.PAIRS; pair++) {
      checkPair(store, pair, kept);
    }
    long all = store.count(new byte[0]);
    require(all == checked, "the store holds %d entries instead of %d", all, checked);
    require(store.size() == checked, "size() is %d instead of %d", store.size(), checked);
    List<String> faults = store.admin().verify().faults();
    require(faults.isEmpty(), "verify: %s", faults);
    return new Outcome(acknowledged, lost, checked, 0);
  }

  private int checkWriter(KVStore store, int writer) {
    Map<String, Expected> expected = writers.get(writer);
    Map<String, Entry> found = read(store, CrashStep.prefix(writer));
    int acknowledged = log.acknowledged(writer);
    int begun = log.begun(writer);
    int surely =
        mayLoseAcknowledged
            ? Math.max(floor.applyAsInt(writer), lastUpToRevision(writer, acknowledged))
            : acknowledged;
    int perhaps = firstBeyondRevision(writer, begun) - 1;
    require(surely <= perhaps, "writer %d: acknowledged beyond revision %d", writer, revision);
    for (int number = 1; number <= surely; number++) {
      apply(writer, expected, number);
    }
    int kept = surely;
    String difference = difference(expected, found);
    String first = difference;
    while (difference != null && kept < perhaps) {
      apply(writer, expected, ++kept);
      difference = difference(expected, found);
    }
    require(
        difference == null,
        "writer %d, %d steps acknowledged, %d begun, %d..%d should be there up to revision %d: %s; %s",
        writer,
        acknowledged,
        begun,
        surely,
        perhaps,
        revision,
        first,
        difference);
    lost += Math.max(0, acknowledged - kept);
    noteOpenPairs(writer, acknowledged, begun);
    found.forEach((key, entry) -> expected.put(key, seen(expected.get(key), entry)));
    checked += found.size();
    return kept;
  }

  private static Expected seen(Expected expected, Entry entry) {
    return new Expected(expected.stamp, entry.revision(), expected.expiresAt);
  }

  private int lastUpToRevision(int writer, int acknowledged) {
    int last = acknowledged;
    while (last > 0 && !(log.said(writer, last) > 0 && log.said(writer, last) <= recovered)) {
      last--;
    }
    return last;
  }

  private int firstBeyondRevision(int writer, int begun) {
    for (int number = 1; number <= log.acknowledged(writer); number++) {
      if (log.said(writer, number) > revision) {
        return number;
      }
    }
    return begun + 1;
  }

  private void noteOpenPairs(int writer, int acknowledged, int begun) {
    for (int number = acknowledged + 1; number <= begun; number++) {
      CrashStep step = new CrashStep(workload, seed, cycle, writer, number);
      if (step.pair >= 0) {
        openPairs.add(new OpenPair(writer, number, step));
      }
    }
  }

  private void apply(int writer, Map<String, Expected> expected, int number) {
    CrashStep step = new CrashStep(workload, seed, cycle, writer, number);
    boolean known = number <= log.acknowledged(writer);
    long said = known ? log.said(writer, number) : AckLog.UNKNOWN;
    boolean effect = hasEffect(step, expected);
    require(
        !known || effect == (said != AckLog.NO_EFFECT),
        "writer %d, step %d (%s) answered %d",
        writer,
        number,
        step.kind,
        said);
    if (!effect) {
      return;
    }
    for (CrashStep.Change change : step.changes) {
      if (change.key().startsWith(CrashStep.prefix(writer))) {
        apply(change, said, expected);
      }
    }
    if (step.pair >= 0 && said > pairRevisions.getOrDefault(step.pair, 0L)) {
      pairRevisions.put(step.pair, said);
      pairSteps.put(step.pair, step);
    }
  }

  private void apply(CrashStep.Change change, long said, Map<String, Expected> expected) {
    if (change.stamp() == null) {
      expected.remove(change.key());
    } else {
      long expiresAt = change.ttlMillis() == 0 ? 0 : now + change.ttlMillis();
      expected.put(change.key(), new Expected(change.stamp(), said, expiresAt));
    }
  }

  private boolean hasEffect(CrashStep step, Map<String, Expected> expected) {
    Expected before = expected.get(step.changes.get(0).key());
    boolean live = before != null && before.isLive(now);
    switch (step.kind) {
      case PUT_IF_ABSENT:
        return !live;
      case DELETE:
      case DELETE_BY_REVISION:
        return live;
      case SET_WRONG:
      case BATCH_WRONG:
        return false;
      default:
        return true;
    }
  }

  /** The first thing in which a writer's entries differ from what is expected; null for none. */
  private String difference(Map<String, Expected> expected, Map<String, Entry> found) {
    for (Map.Entry<String, Expected> each : expected.entrySet()) {
      Expected wanted = each.getValue();
      Entry entry = found.get(each.getKey());
      if (!wanted.isLive(now)) {
        continue;
      }
      if (entry == null) {
        return "there is no " + shorten(each.getKey()) + " of " + wanted;
      }
      if (wanted.revision != AckLog.UNKNOWN && wanted.revision != entry.revision()
          || wanted.expiresAt != entry.expiresAtMillis()
          || !Arrays.equals(wanted.stamp.value(), entry.value())) {
        return shorten(each.getKey())
            + " should be "
            + wanted
            + ", is "
            + shorten(entry.toString());
      }
    }
    for (String key : found.keySet()) {
      Expected wanted = expected.get(key);
      if (wanted == null || !wanted.isLive(now)) {
        return shorten(key) + " should not be there, is " + shorten(found.get(key).toString());
      }
    }
    return null;
  }

  private void checkPair(KVStore store, int pair, int[] kept) {
    Entry a = store.entry(CrashStep.pairKey(pair, 'a')).orElse(null);
    Entry b = store.entry(CrashStep.pairKey(pair, 'b')).orElse(null);
    require((a == null) == (b == null), "half of pair %d is there", pair);
    long wanted = pairRevisions.getOrDefault(pair, 0L);
    if (a == null) {
      require(wanted == 0, "pair %d of revision %d is missing", pair, wanted);
      return;
    }
    checked += 2;
    require(a.revision() == b.revision(), "pair %d is of two batches: %s, %s", pair, a, b);
    CrashStep step = pairSteps.get(pair);
    if (a.revision() != wanted) {
      step = null;
      for (OpenPair open : openPairs) {
        if (open.step.pair == pair && holds(open.step, a, b)) {
          require(kept[open.writer] >= open.number, "pair %d is there without its batch", pair);
          step = open.step;
        }
      }
    }
    require(
        step != null && a.revision() >= wanted && holds(step, a, b),
        "pair %d should be of revision %d, is %s, %s",
        pair,
        wanted,
        a,
        b);
    pairRevisions.put(pair, a.revision());
    pairSteps.put(pair, step);
  }

  private static boolean holds(CrashStep step, Entry a, Entry b) {
    List<CrashStep.Change> changes = step.changes;
    return Arrays.equals(changes.get(changes.size() - 2).stamp().value(), a.value())
        && Arrays.equals(changes.get(changes.size() - 1).stamp().value(), b.value());
  }

  /** The entries of a prefix by scan, each of which a get must show too. */
  private static Map<String, Entry> read(KVStore store, String prefix) {
    Map<String, Entry> found = new TreeMap<>();
    Scan scan = Scan.prefix(CrashStep.bytes(prefix));
    while (true) {
      Page page = store.scan(scan);
      byte[] last = null;
      for (Entry entry : page.entries()) {
        require(
            entry.equals(store.entry(entry.key()).orElse(null)),
            "get and scan disagree about %s",
            shorten(entry.toString()));
        require(found.put(entry.keyString(), entry) == null, "%s comes twice", entry);
        last = entry.key();
      }
      if (!page.more()) {
        return found;
      }
      scan = Scan.prefix(CrashStep.bytes(prefix)).after(last);
    }
  }

  private static String shorten(String text) {
    return text.replaceAll("x{20,}", "x..x");
  }

  private static void require(boolean holds, String format, Object... arguments) {
    if (!holds) {
      throw new AssertionError(format.formatted(arguments));
    }
  }
}
