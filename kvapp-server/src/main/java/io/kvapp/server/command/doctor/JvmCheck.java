package io.kvapp.server.command.doctor;

import java.util.List;
import java.util.Optional;

/**
 * The version of the JVM, and whether Chronicle Map can run in it.
 *
 * <p>For one thread; used once.
 */
final class JvmCheck implements Check {
  private static final int NEWEST_TESTED = 25;

  private final Runtime.Version version;
  private final Optional<String> fault;

  /**
   * A check.
   *
   * @param fault why Chronicle Map cannot run, and what to do; empty where it can
   */
  JvmCheck(Runtime.Version version, Optional<String> fault) {
    this.version = version;
    this.fault = fault;
  }

  @Override
  public List<Finding> findings() {
    return List.of(version(), doors());
  }

  private Finding version() {
    String found = version + " of " + System.getProperty("java.vendor");
    return version.feature() > NEWEST_TESTED || version.pre().isPresent()
        ? Finding.warn(
            "jdk",
            found + ", which KVApp is not tested with",
            "use a release from 17 to " + NEWEST_TESTED)
        : Finding.ok("jdk", found);
  }

  private Finding doors() {
    return fault
        .map(
            message -> Finding.fail("java.base", message, "or leave out -Dkvapp.openModules=false"))
        .orElseGet(() -> Finding.ok("java.base", "the packages that Chronicle Map needs are open"));
  }
}
