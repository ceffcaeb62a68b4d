package io.kvapp.engine.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A writer waits since the background work is too far behind.
 *
 * <p>Belongs to one thread.
 */
@Name("io.kvapp.Stall")
@Label("Write stall")
@Category("KVApp")
@Description("A writer waits for the background work")
@StackTrace(false)
public final class StallEvent extends Event {
  /** An event that has not begun. */
  public StallEvent() {}
}
