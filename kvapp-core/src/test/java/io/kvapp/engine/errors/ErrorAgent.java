package io.kvapp.engine.errors;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Set;
import java.util.function.Predicate;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A Java agent that has one step of KVApp's code end with an {@link Error}. A step is whatever may
 * allocate: a new object or array, a lambda, and a call of another library.
 *
 * <p>{@link #arm} and {@link #disarm} are for one thread; steps are counted on the threads that are
 * asked for, one at a time.
 */
public final class ErrorAgent implements ClassFileTransformer {
  /**
   * What allocates nothing and so cannot fail for want of memory; or in {@code force} nothing but
   * the exception for a disk that failed.
   */
  private static final Set<String> SAFE =
      Set.of(
          "unlock",
          "unlockWrite",
          "unlockRead",
          "validate",
          "remove",
          "unpark",
          "park",
          "addSuppressed",
          "arraycopy",
          "force",
          "nanoTime",
          "currentThread",
          "interrupted");

  private static final Set<String> SAFE_OWNERS =
      Set.of(
          "java/util/zip/CRC32C",
          "java/lang/invoke/VarHandle",
          "java/util/concurrent/atomic/AtomicBoolean",
          "java/util/concurrent/atomic/AtomicInteger",
          "java/util/concurrent/atomic/AtomicLong",
          "java/util/concurrent/atomic/AtomicLongArray",
          "java/util/concurrent/locks/LockSupport");

  private static volatile Predicate<Thread> where;
  private static volatile Class<? extends Error> error;
  private static volatile long left;
  private static volatile StackTraceElement[] struck;

  private ErrorAgent() {}

  /** Called by the JVM before the main class. */
  public static void premain(String arguments, Instrumentation instrumentation) {
    instrumentation.addTransformer(new ErrorAgent());
  }

  /** Has the {@code step}-th step from now on, on such threads, end with an error. */
  static void arm(Predicate<Thread> threads, long step, Class<? extends Error> kind) {
    struck = null;
    error = kind;
    left = step;
    where = threads;
  }

  /** Ends that; returns where the error was thrown, null where there were fewer steps. */
  static StackTraceElement[] disarm() {
    where = null;
    return struck;
  }

  /** One step of the code under test. */
  public static void step() {
    Predicate<Thread> threads = where;
    if (threads != null && threads.test(Thread.currentThread()) && --left == 0) {
      where = null;
      Error thrown =
          error == OutOfMemoryError.class
              ? new OutOfMemoryError("injected")
              : new StackOverflowError("injected");
      struck = thrown.getStackTrace();
      throw thrown;
    }
  }

  @Override
  public byte[] transform(
      ClassLoader loader, String name, Class<?> old, ProtectionDomain domain, byte[] bytes) {
    if (name == null
        || !name.startsWith("io/kvapp/")
        || name.startsWith("io/kvapp/engine/errors/")) {
      return null;
    }
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(new Steps(writer), 0);
    return writer.toByteArray();
  }

  private static final class Steps extends ClassVisitor {
    Steps(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
      return name.equals("<clinit>") ? next : new MethodSteps(next);
    }
  }

  private static final class MethodSteps extends MethodVisitor {
    MethodSteps(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    private void step() {
      super.visitMethodInsn(
          Opcodes.INVOKESTATIC, "io/kvapp/engine/errors/ErrorAgent", "step", "()V", false);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      super.visitTypeInsn(opcode, type);
      // Behind it, as frames name the instruction of an object that is not initialized.
      if (opcode == Opcodes.NEW || opcode == Opcodes.ANEWARRAY) {
        step();
      }
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      if (opcode == Opcodes.NEWARRAY) {
        step();
      }
      super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, org.objectweb.asm.Handle handle, Object... arguments) {
      step();
      super.visitInvokeDynamicInsn(name, descriptor, handle, arguments);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (!owner.startsWith("io/kvapp/")
          && !name.equals("<init>")
          && !SAFE.contains(name)
          && !SAFE_OWNERS.contains(owner)) {
        step();
      }
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }
  }
}
