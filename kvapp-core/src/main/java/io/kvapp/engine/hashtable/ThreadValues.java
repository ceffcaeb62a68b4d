package io.kvapp.engine.hashtable;

import java.lang.ref.Reference;
import java.lang.reflect.Array;
import java.lang.reflect.Field;

/**
 * Takes values of thread locals from threads that live on. Without that a thread of the application
 * would keep them, and with them the class loader of KVApp, until it happens to use other thread
 * locals.
 *
 * <p>Reads what only {@link ModuleAccess} makes readable.
 *
 * <p>Thread-safe.
 */
final class ThreadValues {
  private ThreadValues() {}

  /** Takes the value of a thread local that no thread uses any more. */
  static void clear(ThreadLocal<?> local, Thread thread) {
    try {
      Object values = field(Thread.class, "threadLocals").get(thread);
      Object table = values == null ? null : field(values.getClass(), "table").get(values);
      for (int i = 0; table != null && i < Array.getLength(table); i++) {
        // The thread may move an entry or drop it meanwhile, but leaves its value alone.
        if (Array.get(table, i) instanceof Reference<?> entry && entry.get() == local) {
          field(entry.getClass(), "value").set(entry, null);
        }
      }
    } catch (ReflectiveOperationException | RuntimeException unavailable) {
      // Then the thread drops the value later.
    }
  }

  /** The thread local in a field of an object, or null where there is none. */
  static ThreadLocal<?> localOf(Object object, String name) {
    try {
      return (ThreadLocal<?>) field(object.getClass(), name).get(object);
    } catch (ReflectiveOperationException | RuntimeException unavailable) {
      return null;
    }
  }

  private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
