package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.TrustedLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * What the library has to know of virtual threads, which JDK 21 brings.
 *
 * <p>Thread-safe.
 */
final class VirtualThreads {
  private static final MethodHandle IS_VIRTUAL = isVirtual();

  private VirtualThreads() {}

  static boolean isVirtual(Thread thread) {
    try {
      return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(thread);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MethodHandle isVirtual() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (NoSuchMethodException older) {
      return null;
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Keeps the current virtual thread on its carrier for a moment, so that it never stops with a
   * lock that the threads on all carriers spin for. The JDK does so with the methods used here.
   */
  static final class Pin {
    private static final MethodHandle PIN = find("pin");
    private static final MethodHandle UNPIN = find("unpin");

    private Pin() {}

    /** Whether a virtual thread can be kept on its carrier. */
    static boolean isAvailable() {
      return PIN != null && UNPIN != null;
    }

    static void begin() {
      invoke(PIN);
    }

    static void end() {
      invoke(UNPIN);
    }

    private static void invoke(MethodHandle method) {
      try {
        method.invokeExact();
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    private static MethodHandle find(String method) {
      if (ModuleAccess.isTurnedOff()) {
        return null;
      }
      try {
        Class<?> continuation = Class.forName("jdk.internal.vm.Continuation");
        return TrustedLookup.get()
            .findStatic(continuation, method, MethodType.methodType(void.class));
      } catch (ReflectiveOperationException | RuntimeException unavailable) {
        return null;
      }
    }
  }
}
