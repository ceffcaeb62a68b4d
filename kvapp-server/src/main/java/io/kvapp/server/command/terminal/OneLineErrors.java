package io.kvapp.server.command.terminal;

import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Errors as one line on standard error. Only an unexpected failure has a stack trace. A process
 * that was told to end says nothing of what fails by that.
 *
 * <p>Safe for any thread.
 */
public final class OneLineErrors {
  /** The option by which output and failures are JSON. */
  public static final String JSON = "--json";

  private OneLineErrors() {}

  /** Tells how a command was called wrongly, as the problem object where JSON is asked for. */
  public static int onWrongCall(ParameterException wrong, String[] arguments) {
    CommandLine commandLine = wrong.getCommandLine();
    String name = commandLine.getCommandSpec().qualifiedName();
    String message = words(wrong);
    String line = message + " (" + name + " --help lists the options)";
    tell(CommandFault.of(new ParameterException(commandLine, line)), commandLine, arguments);
    return CommandLine.ExitCode.USAGE;
  }

  private static String words(ParameterException wrong) {
    if (wrong instanceof UnmatchedArgumentException unmatched
        && wrong.getCommandLine().getParent() == null
        && !unmatched.getUnmatched().get(0).startsWith("-")) {
      return "there is no command " + unmatched.getUnmatched().get(0);
    }
    return wrong.getMessage().replaceFirst("^Error: ", "");
  }

  /** Tells why a command failed, as the problem object where JSON is asked for. */
  public static int onFailure(Exception failure, CommandLine commandLine, ParseResult parsed) {
    String[] arguments = parsed.originalArgs().toArray(String[]::new);
    if (failure instanceof ParameterException wrong) {
      return onWrongCall(wrong, arguments);
    }
    if (failure instanceof StandardOutput.ReaderGone) {
      return CommandLine.ExitCode.OK;
    }
    if (isEnding()) {
      return CommandLine.ExitCode.SOFTWARE;
    }
    if (CommandFault.isUnexpected(failure)) {
      print(commandLine, "unexpected failure: " + failure);
      failure.printStackTrace(commandLine.getErr());
      return CommandLine.ExitCode.SOFTWARE;
    }
    CommandFault fault = CommandFault.of(failure);
    tell(fault, commandLine, arguments);
    return fault.exitCode();
  }

  private static void tell(CommandFault fault, CommandLine commandLine, String[] arguments) {
    if (Arrays.asList(arguments).contains(JSON)) {
      commandLine.getErr().println(fault.json());
      commandLine.getErr().flush();
    } else {
      print(commandLine, fault.message());
    }
  }

  /** What is left to say of a thread that has failed. */
  public static void onUncaught(Thread thread, Throwable failure) {
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

  /** Prints a line of text on standard error. */
  public static void print(CommandLine commandLine, String message) {
    PrintWriter err = commandLine.getErr();
    err.println("kvapp: " + String.valueOf(message).replaceAll("\\R", " "));
    err.flush();
  }
}
