package io.kvapp.bench;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The class paths of the JVMs that are measured. */
public final class ClassPath {
  private static final List<String> NATIVE_HELPERS = List.of("jnr-", "jffi-", "asm-");

  private ClassPath() {}

  /** That of this JVM. */
  public static String whole() {
    return System.getProperty("java.class.path");
  }

  /**
   * That of this JVM without what only LMDB brings along: Chronicle Map uses it where it is there,
   * which KVApp's users do not have, and takes longer to start.
   */
  public static String withoutNativeHelpers() {
    return Arrays.stream(whole().split(File.pathSeparator))
        .filter(entry -> !isNativeHelper(Path.of(entry).getFileName().toString()))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static boolean isNativeHelper(String file) {
    return NATIVE_HELPERS.stream().anyMatch(file::startsWith);
  }
}
