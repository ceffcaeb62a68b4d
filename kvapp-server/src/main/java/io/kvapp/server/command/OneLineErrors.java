package io.kvapp.server.command;

import io.kvapp.KVException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Errors as one line on standard error. Only an unexpected failure has a stack trace.
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
    if (failure instanceof KVException) {
      print(commandLine, failure.getMessage());
    } else {
      print(commandLine, "unexpected failure: " + failure);
      failure.printStackTrace(commandLine.getErr());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static void print(CommandLine commandLine, String message) {
    PrintWriter err = commandLine.getErr();
    err.println("kvapp-server: " + String.valueOf(message).replaceAll("\\R", " "));
    err.flush();
  }
}
