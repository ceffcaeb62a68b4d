package io.kvapp.engine.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A hash table of another size takes over, or one is filled anew.
 *
 * <p>Belongs to one thread.
 */
@Name("io.kvapp.Growth")
@Label("Growth")
@Category("KVApp")
@Description("A hash table of another size takes over")
@StackTrace(false)
public final class GrowthEvent extends Event {
  /** Bytes of the file of the hash table before; 0 for none. */
  @Label("Before")
  @DataAmount
  public long bytesBefore;

  /** Bytes of the file of the one that takes over. */
  @Label("After")
  @DataAmount
  public long bytesAfter;

  /** How many entries there are. */
  @Label("Entries")
  public long entries;

  /** Whether it has taken over. */
  @Label("Complete")
  public boolean complete;

  /** An event that has not begun. */
  public GrowthEvent() {}
}
