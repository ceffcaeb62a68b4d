package io.kvapp.engine;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;

/**
 * Gives mapped files and direct buffers back before the garbage collector would, so that the space
 * of deleted files returns at once. Safe for any thread; nothing may touch a mapping that was given
 * back.
 */
final class Mappings {
  private static final MethodHandle CLEANER = findCleaner();

  private Mappings() {}

  static void unmap(ByteBuffer mapping) {
    if (CLEANER == null) {
      return; // the garbage collector gives it back later
    }
    try {
      CLEANER.invoke(mapping);
    } catch (Throwable failure) {
      throw new IllegalStateException("cannot unmap a file", failure);
    }
  }

  private static MethodHandle findCleaner() {
    try {
      MethodHandles.Lookup lookup = TrustedLookup.get();
      Class<?> unsafe = Class.forName("jdk.internal.misc.Unsafe");
      MethodType type = MethodType.methodType(void.class, ByteBuffer.class);
      Object instance =
          lookup.findStatic(unsafe, "getUnsafe", MethodType.methodType(unsafe)).invoke();
      return lookup.findVirtual(unsafe, "invokeCleaner", type).bindTo(instance);
    } catch (Throwable unavailable) {
      return null;
    }
  }
}
