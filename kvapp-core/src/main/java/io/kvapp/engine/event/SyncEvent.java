package io.kvapp.engine.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * The journal is synced, for all writers that wait for it.
 *
 * <p>Belongs to one thread.
 */
@Name("io.kvapp.Sync")
@Label("Sync")
@Category("KVApp")
@Description("The journal is synced")
@StackTrace(false)
public final class SyncEvent extends Event {
  /** How many files are synced. */
  @Label("Segments")
  public int segments;

  /** An event that has not begun. */
  public SyncEvent() {}
}
