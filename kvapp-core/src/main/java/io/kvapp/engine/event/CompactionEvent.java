package io.kvapp.engine.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * SSTables are merged to one.
 *
 * <p>Belongs to one thread.
 */
@Name("io.kvapp.Compaction")
@Label("Compaction")
@Category("KVApp")
@Description("SSTables are merged to one")
@StackTrace(false)
public final class CompactionEvent extends Event {
  /** How many are merged. */
  @Label("SSTables")
  public int sstables;

  /** Bytes of these. */
  @Label("Before")
  @DataAmount
  public long bytesBefore;

  /** Bytes of the one that replaces them; 0 if the compaction was ended. */
  @Label("After")
  @DataAmount
  public long bytesAfter;

  /** An event that has not begun. */
  public CompactionEvent() {}
}
