package io.kvapp.engine.hashtable;

import io.kvapp.KVException;
import io.kvapp.engine.file.TrustedLookup;
import io.kvapp.engine.file.WorkerThread;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.map.ChronicleMap;

/**
 * The doors Chronicle Map needs inside the JDK, opened from inside so that no JVM flag is needed.
 *
 * <p>They are opened to the modules of Chronicle and KVApp alone; on the class path these are the
 * unnamed module. With {@code -Dkvapp.openModules=false}, or on a JVM that refuses, the flags that
 * are missing are named in one line instead.
 *
 * <p>Thread-safe: the first caller does the work and the others wait for it.
 */
public final class ModuleAccess {
  /** The system property that, set to {@code false}, leaves every door to the command line. */
  static final String PROPERTY = "kvapp.openModules";

  private static final List<Door> DOORS =
      List.of(
          new Door("opens", "java.lang"),
          new Door("opens", "java.lang.reflect"),
          new Door("exports", "sun.nio.ch"),
          new Door("exports", "jdk.internal.ref"));

  private static final String ALLOW_UNSAFE = "--sun-misc-unsafe-memory-access=allow";

  private static boolean ready;

  private ModuleAccess() {}

  /**
   * Makes the JVM ready for Chronicle's classes; call it before any of them is used. Does nothing
   * the second time.
   *
   * @throws KVException naming every missing JVM flag, when a door stays shut
   */
  public static synchronized void open() {
    if (ready) {
      return;
    }
    Set<Module> modules = modules();
    Throwable refused = null;
    try {
      if (!isTurnedOff()) {
        openFromInside(modules);
      }
    } catch (Throwable failure) {
      // Whatever the reason, the flags below are the remedy; it is kept as the cause.
      refused = failure;
    }
    List<String> missing = missingFlags(modules);
    if (!missing.isEmpty()) {
      throw refusal("; start it with " + String.join(" ", missing), refused);
    }
    try {
      WorkerThread.call(
          "kvapp-start",
          () -> {
            ChronicleStart.run();
            return null;
          });
    } catch (Exception | LinkageError failure) {
      throw refusal(": " + failure, failure);
    }
    ready = true;
  }

  /** Chronicle's other modules go through these. */
  private static Set<Module> modules() {
    return Stream.of(ModuleAccess.class, Jvm.class, ChronicleMap.class)
        .map(Class::getModule)
        .collect(Collectors.toSet());
  }

  /** Whether KVApp is to leave the JDK's inner parts alone. */
  static boolean isTurnedOff() {
    return "false".equalsIgnoreCase(System.getProperty(PROPERTY));
  }

  private static void openFromInside(Set<Module> modules) throws Throwable {
    Lookup trusted = TrustedLookup.get();
    silenceUnsafeWarning(trusted);
    for (Door door : DOORS) {
      for (Module module : modules) {
        door.open(trusted, module);
      }
    }
  }

  /** From JDK 24 on the first use of sun.misc.Unsafe warns, once; this counts as that once. */
  private static void silenceUnsafeWarning(Lookup trusted) throws Throwable {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      MethodHandle warned =
          trusted.findStatic(
              unsafe, "trySetMemoryAccessWarned", MethodType.methodType(boolean.class));
      boolean ignored = (boolean) warned.invokeExact();
    } catch (NoSuchMethodException older) {
      // Before JDK 24 there is no warning.
    }
  }

  private static List<String> missingFlags(Set<Module> modules) {
    List<String> flags = new ArrayList<>();
    for (Door door : DOORS) {
      if (!modules.stream().allMatch(door::isOpenTo)) {
        flags.add(door.flag(modules));
      }
    }
    if (isUnsafeDenied()) {
      flags.add(ALLOW_UNSAFE);
    }
    return flags;
  }

  /** Whether the JVM was told to refuse it; a try would print the warning. */
  private static boolean isUnsafeDenied() {
    try {
      Field option = Class.forName("sun.misc.Unsafe").getDeclaredField("MEMORY_ACCESS_OPTION");
      option.setAccessible(true);
      return String.valueOf(option.get(null)).equals("DENY");
    } catch (ReflectiveOperationException | RuntimeException older) {
      return false; // before JDK 24 there is no such option
    }
  }

  private static KVException refusal(String what, Throwable cause) {
    return new KVException(
        "Chronicle Map, which KVApp keeps its hash table in, cannot run in this JVM"
            + what
            + (hasSecurityManager() ? ", and without a security manager" : ""),
        cause);
  }

  @SuppressWarnings("removal")
  private static boolean hasSecurityManager() {
    return System.getSecurityManager() != null;
  }

  private record Door(String kind, String packageName) {
    static final Module BASE = Object.class.getModule();

    void open(Lookup trusted, Module to) throws Throwable {
      String method = kind.equals("opens") ? "implAddOpens" : "implAddExports";
      MethodType type = MethodType.methodType(void.class, String.class, Module.class);
      trusted.findVirtual(Module.class, method, type).invoke(BASE, packageName, to);
    }

    boolean isOpenTo(Module module) {
      return kind.equals("opens")
          ? BASE.isOpen(packageName, module)
          : BASE.isExported(packageName, module);
    }

    String flag(Set<Module> modules) {
      return modules.stream()
          .map(module -> module.isNamed() ? module.getName() : "ALL-UNNAMED")
          .distinct()
          .sorted()
          .collect(
              Collectors.joining(",", "--add-" + kind + "=java.base/" + packageName + "=", ""));
    }
  }
}
