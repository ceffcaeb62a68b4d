package io.kvapp.server.command.doctor;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreInspection;
import io.kvapp.StoreInspection.Condition;
import io.kvapp.StoreOptions;
import io.kvapp.VerifyReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who has the store of a folder open, how it was left, and whether it can be read. The store is
 * opened to read only, so that nothing changes.
 *
 * <p>For one thread; used once.
 */
final class StoreCheck implements Check {
  /** SSTables are read as a whole up to this size, which takes some seconds at most. */
  static final long MAX_READ_BYTES = 512L << 20;

  private static final String REPAIR =
      "restore a backup, or copy the folder and open it once with --open-damaged, which leaves out"
          + " what cannot be read";

  private final Path folder;
  private final StoreInspection store;
  private final boolean mayRun;
  private final long maxReadBytes;

  /**
   * A check.
   *
   * @param mayRun whether a server may have it open, as it should
   * @param maxReadBytes how many bytes of SSTables are read at most
   */
  StoreCheck(Path folder, StoreInspection store, boolean mayRun, long maxReadBytes) {
    this.folder = folder;
    this.store = store;
    this.mayRun = mayRun;
    this.maxReadBytes = maxReadBytes;
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    if (store.condition() == Condition.ABSENT && store.heldBy().isEmpty()) {
      return findings;
    }
    if (!(store.fault().orElse(null) instanceof KVException.FolderUnusable)) {
      findings.add(holder());
    }
    if (store.fault().isPresent()) {
      findings.add(unreadable(store.fault().get()));
      return findings;
    }
    store.format().ifPresent(format -> findings.add(Finding.ok("format", format)));
    findings.add(close());
    findings.add(damage());
    return findings;
  }

  private Finding holder() {
    if (store.heldBy().isPresent()) {
      String found = "the folder is in use by " + store.heldBy().get();
      return mayRun
          ? Finding.ok("lock", found)
          : Finding.fail(
              "lock",
              found,
              "stop that, choose another folder, or ask the server that runs with --server URL");
    }
    return store.leftBy().isPresent()
        ? Finding.ok(
            "lock",
            "nobody has the folder open; process "
                + store.leftBy().getAsLong()
                + ", which had, has ended")
        : Finding.ok("lock", "nobody has the folder open");
  }

  private Finding unreadable(KVException fault) {
    Finding found = Finding.fail("format", fault, folder);
    return fault instanceof KVException.Corrupt ? found.withFix(REPAIR) : found;
  }

  private Finding close() {
    if (store.condition() == Condition.BACKUP) {
      return Finding.ok("close", "a backup that was not opened since");
    }
    String journal = "the journal takes " + Sizes.text(store.journalBytes());
    if (store.condition() == Condition.CLOSED) {
      return Finding.ok("close", "closed in good order; " + journal);
    }
    return store.heldBy().isPresent()
        ? Finding.ok("close", "it is open; " + journal)
        : Finding.warn(
            "close",
            "the store was not closed, as after kill -9 or a power cut",
            "there is nothing to do: the next start recovers it from up to "
                + Sizes.text(store.replayBytes())
                + " of journal");
  }

  private Finding damage() {
    if (store.heldBy().isPresent()) {
      return notRead("not looked for while the store is open; verify asks its server");
    }
    StoreOptions options =
        StoreOptions.defaults().withReadOnly(true).withMaxValueBytes(StoreOptions.MAX_VALUE_BYTES);
    try (KVStore opened = KVStore.open(folder, options)) {
      long cut = opened.admin().recovery().cutBytes();
      if (cut > 0) {
        return Finding.warn(
            "damage",
            "the journal ends with " + cut + " bytes that are not a whole write",
            "there is nothing to do if a crash came before: they are of writes that were not"
                + " acknowledged, and the next start cuts them off");
      }
      return store.sstableBytes() > maxReadBytes
          ? notRead(
              "manifest, journal and the ends of all SSTables are whole; the other "
                  + Sizes.text(store.sstableBytes())
                  + " are for verify to read")
          : verified(opened.admin().verify());
    } catch (KVException.Corrupt damage) {
      return Finding.fail("damage", damage, folder).withFix(REPAIR);
    } catch (KVException.FolderInUse openedMeanwhile) {
      return notRead("not looked for, as the store was opened at this moment");
    } catch (KVException unreadable) {
      return Finding.fail("damage", unreadable, folder);
    }
  }

  private static Finding notRead(String why) {
    return Finding.ok("damage", why);
  }

  private Finding verified(VerifyReport report) {
    if (report.ok()) {
      return Finding.ok(
          "damage", "none in " + report.entries() + " entries, all of which were read");
    }
    int count = report.faults().size();
    String first = (count == 1 ? "" : count + " faults, the first: ") + report.faults().get(0);
    return Finding.fail("damage", first, folder).withFix(REPAIR);
  }
}
