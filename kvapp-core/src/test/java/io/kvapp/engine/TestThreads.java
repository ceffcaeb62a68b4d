package io.kvapp.engine;

/** Threads of the kind the running JDK has. */
public final class TestThreads {
  private TestThreads() {}

  /** An unstarted virtual thread, or a platform thread before JDK 21. */
  public static Thread virtualWherePossible(Runnable task) throws ReflectiveOperationException {
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      return (Thread)
          Class.forName("java.lang.Thread$Builder")
              .getMethod("unstarted", Runnable.class)
              .invoke(builder, task);
    } catch (NoSuchMethodException older) {
      return new Thread(task);
    }
  }
}
