package io.kvapp.server.command;

import io.kvapp.KVException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Errors as one line on standard error. Only an unexpected failure has a stack trace. A process
 * that was told to end says nothing of what fails by that.
 *
 * <p>Safe for any thread.
 */
final class OneLineErrors {
  private OneLineErrors() {}

  static int onWrongCall(ParameterException wrong, String[] arguments) {
    CommandLine commandLine = wrong.getCommandLine();
    String name = commandLine.getCommandSpec().qualifiedName();
    String message = wrong.getMessage().replaceFirst("^Error: ", "");
    print(commandLine, message + " (" + name + " --help lists the options)");
    return CommandLine.ExitCode.USAGE;
  }

  static int onFailure(Exception failure, CommandLine commandLine, ParseResult parsed) {
    if (failure instanceof ParameterException wrong) {
      return onWrongCall(wrong, new String[0]);
    }
    if (isEnding()) {
      return CommandLine.ExitCode.SOFTWARE;
    }
    if (failure instanceof KVException) {
      print(commandLine, failure.getMessage());
    } else {
      print(commandLine, "unexpected failure: " + failure);
      failure.printStackTrace(commandLine.getErr());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** What is left to say of a thread that has failed. */
  static void onUncaught(Thread thread, Throwable failure) {
    if (!isEnding()) {
      System.err.print("Exception in thread \"" + thread.getName() + "\" ");
      failure.printStackTrace();
    }
  }

  /** Whether the process was told to end, so that whatever fails from then on tells nothing. */
  private static boolean isEnding() {
    Thread probe = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      return !Runtime.getRuntime().removeShutdownHook(probe);
    } catch (IllegalStateException shuttingDown) {
      return true;
    }
  }

  static void print(CommandLine commandLine, String message) {
    PrintWriter err = commandLine.getErr();
    err.println("kvapp-server: " + String.valueOf(message).replaceAll("\\R", " "));
    err.flush();
  }
}
