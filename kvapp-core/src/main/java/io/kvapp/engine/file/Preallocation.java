package io.kvapp.engine.file;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Reserves the blocks of a file in a moment, by the command {@code fallocate} where the system has
 * it: the JDK has no call for that, and writing gigabytes of zeros takes many seconds.
 *
 * <p>Safe for any thread.
 */
final class Preallocation {
  private static final int MAX_SECONDS = 30;

  private Preallocation() {}

  /**
   * Gives a file this length with all its blocks reserved.
   *
   * @return false when that cannot be done in this way; the file may then have any length
   */
  static boolean run(Path file, long bytes) {
    Redirect nowhere = Redirect.to(new File("/dev/null"));
    Thread thread = Thread.currentThread();
    ClassLoader ofThread = thread.getContextClassLoader();
    // The JDK's thread that awaits the end of processes inherits it, and keeps it for a minute.
    thread.setContextClassLoader(null);
    try {
      Process process =
          new ProcessBuilder("fallocate", "-l", Long.toString(bytes), file.toString())
              .redirectOutput(nowhere)
              .redirectError(nowhere)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException unavailable) {
      return false;
    } catch (InterruptedException interrupted) {
      thread.interrupt();
      return false;
    } finally {
      thread.setContextClassLoader(ofThread);
    }
  }
}
