package io.kvapp.server.command;

import io.kvapp.server.command.terminal.OneLineErrors;
import io.kvapp.server.command.terminal.Terminal;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The command line of the runnable jar and of {@code bin/kvapp}.
 *
 * <p>All methods may be called from any thread.
 */
public final class Main {
  /**
   * It logs each attempt with its stack trace; failures say in one line what it was. A logger to
   * which nothing refers forgets its level.
   */
  private static final class GrpcLog {
    static final Logger LOGGER = Logger.getLogger("io.grpc");
  }

  private Main() {}

  /**
   * Runs the command and ends the JVM: 0 done, 1 it did not work, 2 it was called wrongly, 3 there
   * is no such key or a condition does not hold.
   */
  public static void main(String[] arguments) {
    Thread.setDefaultUncaughtExceptionHandler(OneLineErrors::onUncaught);
    logToStandardErrorWithTime();
    if (!isServer(arguments)) {
      setDefault("defaultLogLevel", "warn");
    }
    refuseRenegotiation();
    if (Stream.of(arguments).anyMatch(each -> each.contains("etcd:"))) {
      GrpcLog.LOGGER.setLevel(Level.OFF);
    }
    System.exit(ServeCommand.commandLine(Terminal.ofProcess(), arguments).execute(arguments));
  }

  /** Whether it serves, so that its log is wanted as a whole. */
  private static boolean isServer(String[] arguments) {
    return arguments.length == 0 || arguments[0].matches("serve|-.*");
  }

  /** A client of TLS 1.2 could have the server make one handshake after the other. */
  private static void refuseRenegotiation() {
    String property = "jdk.tls.rejectClientInitiatedRenegotiation";
    if (System.getProperty(property) == null) {
      System.setProperty(property, "true");
    }
  }

  /** The defaults of the logger in the runnable jar; properties that are set already stay. */
  private static void logToStandardErrorWithTime() {
    setDefault("showDateTime", "true");
    setDefault("dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    setDefault("showThreadName", "false");
    setDefault("showShortLogName", "true");
    setDefault("log.net.openhft", "warn");
  }

  private static void setDefault(String name, String value) {
    String property = "org.slf4j.simpleLogger." + name;
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
