package io.kvapp.engine.file;

import java.lang.invoke.MethodHandles.Lookup;
import java.lang.reflect.Constructor;

/** The way around the JDK's access checks, for what it has no public door to. Thread-safe. */
public final class TrustedLookup {
  private static final int ALL_MODES = -1;

  private TrustedLookup() {}

  /**
   * Makes a lookup that may do anything. Serialization's factory can call a hidden constructor
   * without the deprecated memory access of sun.misc.Unsafe, which would print a warning.
   *
   * @throws ReflectiveOperationException when this JVM has no such way
   * @throws RuntimeException when the JVM refuses
   */
  public static Lookup get() throws ReflectiveOperationException {
    Constructor<?> hidden =
        Lookup.class.getDeclaredConstructor(Class.class, Class.class, int.class);
    Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
    Constructor<?> opened =
        (Constructor<?>)
            factory
                .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(
                    factory.getMethod("getReflectionFactory").invoke(null), Lookup.class, hidden);
    return (Lookup) opened.newInstance(Object.class, null, ALL_MODES);
  }
}
