package io.kvapp.engine.file;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;

/**
 * Gives mapped files and direct buffers back before the garbage collector would, so that the space
 * of deleted files returns at once. Nothing may touch a mapping that was given back.
 *
 * <p>Safe for any thread.
 */
public final class Unmapper {
  private static final MethodHandle CLEANER = findCleaner();

  private Unmapper() {}

  public static void unmap(ByteBuffer mapping) {
    if (CLEANER == null) {
      return; // the garbage collector gives it back later
    }
    try {
      CLEANER.invoke(mapping);
    } catch (OutOfMemoryError | StackOverflowError shortage) {
      return; // as above
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
