package io.kvapp.engine.hashtable;

import net.openhft.chronicle.hash.VanillaGlobalMutableState;

/**
 * What Chronicle Map calls of the chronicle-values library, for the one type it needs.
 *
 * <p>The library itself loads {@code javac} at every start, so it is left out and a JVM without the
 * module {@code jdk.compiler} will do. Where an application has not brought it along, {@link
 * StandIns} defines this class under the name of the library's {@code Values}.
 *
 * <p>Thread-safe.
 */
public final class ValuesStandIn {
  private ValuesStandIn() {}

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
    Class<T> nativeClass = (Class<T>) GlobalStateStandIn.class;
    return nativeClass;
  }

  /** Refused: nothing here lives on the heap. */
  public static <T> Class<T> heapClassFor(Class<T> type) {
    throw new UnsupportedOperationException(type + " needs the chronicle-values library");
  }

  /** A new flyweight, pointing nowhere yet. */
  public static <T> T newNativeReference(Class<T> type) {
    nativeClassFor(type);
    return type.cast(new GlobalStateStandIn());
  }
}
