package net.openhft.chronicle.values;

import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.hash.VanillaGlobalMutableState$$Native;

/**
 * What Chronicle Map calls of the chronicle-values library, for the one type it needs.
 *
 * <p>The library itself loads {@code javac} at every start, so it is left out and a JVM without the
 * module {@code jdk.compiler} will do. Should an application bring it along nevertheless, and it
 * comes first on the class path, it finds {@link VanillaGlobalMutableState$$Native} ready-made.
 *
 * <p>Thread-safe.
 */
public final class Values {
  private Values() {}

  /** No type of ours is made of getters and setters alone. */
  public static boolean isValueInterfaceOrImplClass(Class<?> type) {
    return false;
  }

  /** The class behind a value interface. */
  public static <T> Class<T> nativeClassFor(Class<T> type) {
    if (type != VanillaGlobalMutableState.class) {
      throw new UnsupportedOperationException(type + " needs the chronicle-values library");
    }
    @SuppressWarnings("unchecked")
    Class<T> nativeClass = (Class<T>) VanillaGlobalMutableState$$Native.class;
    return nativeClass;
  }

  /** Refused: nothing here lives on the heap. */
  public static <T> Class<T> heapClassFor(Class<T> type) {
    throw new UnsupportedOperationException(type + " needs the chronicle-values library");
  }

  /** A new flyweight, pointing nowhere yet. */
  public static <T> T newNativeReference(Class<T> type) {
    nativeClassFor(type);
    return type.cast(new VanillaGlobalMutableState$$Native());
  }
}
