package io.kvapp.engine.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A memtable is written to an SSTable.
 *
 * <p>Belongs to one thread.
 */
@Name("io.kvapp.Flush")
@Label("Flush")
@Category("KVApp")
@Description("A memtable is written to an SSTable")
@StackTrace(false)
public final class FlushEvent extends Event {
  /** Bytes of the records that it was made of. */
  @Label("Journal")
  @DataAmount
  public long journalBytes;

  /** Bytes of the SSTable; 0 if the flush has failed. */
  @Label("SSTable")
  @DataAmount
  public long sstableBytes;

  /** An event that has not begun. */
  public FlushEvent() {}
}
