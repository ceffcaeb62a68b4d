package io.kvapp.engine.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A store is opened.
 *
 * <p>Belongs to one thread.
 */
@Name("io.kvapp.Recovery")
@Label("Recovery")
@Category("KVApp")
@Description("A store is opened")
@StackTrace(false)
public final class RecoveryEvent extends Event {
  /** The data folder. */
  @Label("Folder")
  public String folder;

  /** Whether it was closed in good order. */
  @Label("Clean")
  public boolean clean;

  /** Whether its hash table is filled anew. */
  @Label("Rebuilt")
  public boolean rebuilt;

  /** How many entries it has. */
  @Label("Entries")
  public long entries;

  /** How many records of the journal were read. */
  @Label("Replayed records")
  public long replayedRecords;

  /** An event that has not begun. */
  public RecoveryEvent() {}
}
