package io.kvapp.server.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which build of KVApp this is.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param version such as {@code 0.1.0}
 * @param commit the beginning of the commit that it was built of; {@code unknown} where it was
 *     built outside a clone
 */
public record BuildInfo(String version, String commit) {
  private static final BuildInfo CURRENT = read();

  /** That of the classes that run. */
  public static BuildInfo current() {
    return CURRENT;
  }

  private static BuildInfo read() {
    Properties properties = new Properties();
    try (InputStream file = BuildInfo.class.getResourceAsStream("build.properties")) {
      properties.load(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("reading build.properties", unreadable);
    }
    return new BuildInfo(properties.getProperty("version"), properties.getProperty("commit"));
  }

  /** Version and commit, for people. */
  @Override
  public String toString() {
    return version + " (" + commit + ")";
  }
}
