package io.kvapp.server.command;

/** The command line of the runnable jar. */
public final class Main {
  private Main() {}

  /** Runs the command and ends the JVM: 0 done, 1 it did not work, 2 it was called wrongly. */
  public static void main(String[] arguments) {
    Thread.setDefaultUncaughtExceptionHandler(OneLineErrors::onUncaught);
    logToStandardErrorWithTime();
    refuseRenegotiation();
    System.exit(ServeCommand.commandLine().execute(arguments));
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
