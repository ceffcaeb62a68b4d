package io.kvapp.engine.file;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The doors Chronicle Map needs inside the JDK, opened from inside so that no JVM flag is needed.
 *
 * <p>With {@code -Dkvapp.openModules=false}, or on a JVM that refuses, the flags that are missing
 * are named in one line instead.
 *
 * <p>Thread-safe: the first caller does the work and the others wait for it.
 */
public final class ModuleAccess {
  /** The system property that, set to {@code false}, leaves every door to the command line. */
  static final String PROPERTY = "kvapp.openModules";

  private static final String CHRONICLE_PROPERTIES = "system.properties";

  private static final List<Door> DOORS =
      List.of(
          new Door("opens", "java.lang"),
          new Door("opens", "java.lang.reflect"),
          new Door("exports", "sun.nio.ch"),
          new Door("exports", "jdk.internal.ref"));

  private static boolean ready;

  private ModuleAccess() {}

  /**
   * Makes the JVM ready for Chronicle's classes; call it before any of them loads. Does nothing the
   * second time.
   *
   * @throws IllegalStateException naming every missing JVM flag, when a door stays shut
   */
  public static synchronized void open() {
    if (ready) {
      return;
    }
    Throwable refused = null;
    if (!"false".equalsIgnoreCase(System.getProperty(PROPERTY))) {
      try {
        openFromInside();
      } catch (Throwable failure) {
        // Whatever the reason, the flags below are the remedy; it is kept as the cause.
        refused = failure;
      }
    }
    String missing =
        DOORS.stream().filter(Door::isShut).map(Door::flag).collect(Collectors.joining(" "));
    if (!missing.isEmpty()) {
      throw new IllegalStateException("The JVM needs these flags: " + missing, refused);
    }
    quietChronicle();
    ready = true;
  }

  private static void openFromInside() throws Throwable {
    Lookup trusted = trustedLookup();
    silenceUnsafeWarning(trusted);
    MethodType byPackage = MethodType.methodType(void.class, String.class);
    for (Door door : DOORS) {
      String method =
          door.kind.equals("opens") ? "implAddOpensToAllUnnamed" : "implAddExportsToAllUnnamed";
      trusted.findVirtual(Module.class, method, byPackage).invoke(Door.BASE, door.packageName);
    }
  }

  /**
   * Makes a lookup that may do anything. Serialization's factory can call a hidden constructor
   * without the deprecated memory access of sun.misc.Unsafe, which would print a warning.
   */
  static Lookup trustedLookup() throws ReflectiveOperationException {
    int trusted = -1;
    Constructor<?> hidden =
        Lookup.class.getDeclaredConstructor(Class.class, Class.class, int.class);
    Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
    Constructor<?> opened =
        (Constructor<?>)
            factory
                .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(
                    factory.getMethod("getReflectionFactory").invoke(null), Lookup.class, hidden);
    return (Lookup) opened.newInstance(Object.class, null, trusted);
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

  private static void quietChronicle() {
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.announcer.disable", "true");
    if (System.getProperty(CHRONICLE_PROPERTIES) == null) {
      // Else Chronicle takes system properties from a file in the current folder or above it.
      System.setProperty(CHRONICLE_PROPERTIES, "io/kvapp/engine/file/chronicle.properties");
    }
  }

  private record Door(String kind, String packageName) {
    static final Module BASE = Object.class.getModule();

    boolean isShut() {
      Module chronicle = ModuleAccess.class.getModule();
      return kind.equals("opens")
          ? !BASE.isOpen(packageName, chronicle)
          : !BASE.isExported(packageName, chronicle);
    }

    String flag() {
      return "--add-" + kind + "=java.base/" + packageName + "=ALL-UNNAMED";
    }
  }
}
