package io.kvapp.engine.hashtable;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.security.ProtectionDomain;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;

/**
 * Gives Chronicle Map the two classes it needs of libraries that are left out, where the
 * application has not brought them along.
 *
 * <p>They are defined at run time, in Chronicle's packages and beside its own classes. Were they
 * shipped under their names, a package would be in two modules, which stops the JVM, and they could
 * come before the libraries of an application that uses Chronicle itself.
 *
 * <p>Thread-safe, also towards another copy of KVApp that shares Chronicle's classes.
 */
final class StandIns {
  private static final Class<?> CHRONICLE = VanillaGlobalMutableState.class;
  private static final String STATE = CHRONICLE.getName() + "$$Native";
  private static final String VALUES = "net.openhft.chronicle.values.Values";

  private StandIns() {}

  /**
   * Defines those of the classes that are absent.
   *
   * @throws ReflectiveOperationException when the package {@code java.lang} is not open to KVApp
   */
  static void define() throws IOException, ReflectiveOperationException {
    synchronized (CHRONICLE) {
      if (isAbsent(STATE)) {
        MethodHandles.privateLookupIn(CHRONICLE, MethodHandles.lookup())
            .defineClass(renamed(GlobalStateStandIn.class));
      }
      if (isAbsent(VALUES)) {
        defineInNewPackage(VALUES, renamed(ValuesStandIn.class));
      }
    }
  }

  /** A lookup defines a class only where there is another one in its package. */
  private static void defineInNewPackage(String name, byte[] bytes)
      throws ReflectiveOperationException {
    Method define =
        ClassLoader.class.getDeclaredMethod(
            "defineClass",
            String.class,
            byte[].class,
            int.class,
            int.class,
            ProtectionDomain.class);
    define.setAccessible(true);
    define.invoke(
        CHRONICLE.getClassLoader(), name, bytes, 0, bytes.length, CHRONICLE.getProtectionDomain());
  }

  private static boolean isAbsent(String name) {
    try {
      Class.forName(name, false, CHRONICLE.getClassLoader());
      return false;
    } catch (ClassNotFoundException absent) {
      return true;
    }
  }

  /** A class of ours with the stand-ins' names in place of ours, which its constants hold. */
  private static byte[] renamed(Class<?> template) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataInputStream in =
            new DataInputStream(template.getResourceAsStream(template.getSimpleName() + ".class"));
        DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(in.readLong()); // magic and version
      int constants = in.readUnsignedShort();
      out.writeShort(constants);
      for (int i = 1; i < constants; i++) {
        int tag = in.readUnsignedByte();
        out.writeByte(tag);
        switch (tag) {
          case 1 -> out.writeUTF(rename(in.readUTF()));
          case 5, 6 -> { // a long or a double takes two places
            out.writeLong(in.readLong());
            i++;
          }
          case 7, 8, 16, 19, 20 -> out.writeShort(in.readShort());
          case 15 -> out.write(in.readNBytes(3));
          default -> out.writeInt(in.readInt());
        }
      }
      in.transferTo(out);
    }
    return bytes.toByteArray();
  }

  private static String rename(String constant) {
    return constant
        .replace(internal(GlobalStateStandIn.class.getName()), internal(STATE))
        .replace(internal(ValuesStandIn.class.getName()), internal(VALUES));
  }

  private static String internal(String name) {
    return name.replace('.', '/');
  }
}
