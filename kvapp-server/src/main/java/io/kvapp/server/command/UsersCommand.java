package io.kvapp.server.command;

import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.command.terminal.PasswordInput;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * The command {@code kvapp users}: edits a file of users.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "users",
    description =
        "Edits the file of users that --users names. A server that runs takes a change over at"
            + " once.")
final class UsersCommand implements Runnable {
  private final PasswordInput passwords;
  @Spec private CommandSpec spec;

  UsersCommand(PasswordInput passwords) {
    this.passwords = passwords;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "name what to do: add, remove, list, passwd or grant");
  }

  /** The option that each of the commands has. */
  static final class FileOption {
    @Option(
        names = {"--file", "--users"},
        paramLabel = "FILE",
        required = true,
        description = "The file of users.")
    private Path file;

    UserRegister register() {
      return new UserRegister(file);
    }
  }

  /** The options of a grant. */
  static final class GrantOptions {
    @Option(
        names = "--role",
        paramLabel = "ROLE",
        defaultValue = "writer",
        converter = RoleConverter.class,
        description = "monitor, reader, writer or admin. Default: ${DEFAULT-VALUE}.")
    private Role role;

    @Option(
        names = "--prefix",
        paramLabel = "PREFIX",
        description =
            "What the keys that are granted start with; may be given more than once. Default: every"
                + " key is granted.")
    private List<String> prefixes;

    List<String> prefixes() {
      return prefixes == null ? List.of("") : prefixes;
    }
  }

  @Command(
      name = "add",
      description = "Adds a user; asks for the password, or reads it from standard input.")
  private void add(
      @Mixin FileOption file,
      @Parameters(paramLabel = "NAME", description = "The name.") String name,
      @Mixin GrantOptions grant) {
    UserRegister register = file.register();
    register.requireAbsent(name);
    try {
      register.add(name, grant.role, grant.prefixes(), passwords.readNew(spec.commandLine()));
    } catch (IllegalArgumentException unfit) {
      throw new CommandLine.ParameterException(spec.commandLine(), unfit.getMessage(), unfit);
    }
    print("added " + name);
  }

  @Command(name = "remove", description = "Removes a user, whose tokens end at once.")
  private void remove(
      @Mixin FileOption file,
      @Parameters(paramLabel = "NAME", description = "The name.") String name) {
    file.register().remove(name);
    print("removed " + name);
  }

  @Command(
      name = "passwd",
      description =
          "Changes a user's password, and ends the user's tokens; asks for it, or reads it from"
              + " standard input.")
  private void passwd(
      @Mixin FileOption file,
      @Parameters(paramLabel = "NAME", description = "The name.") String name) {
    UserRegister register = file.register();
    register.requirePresent(name);
    register.changePassword(name, passwords.readNew(spec.commandLine()));
    print("changed the password of " + name);
  }

  @Command(
      name = "grant",
      description =
          "Changes what a user may do, in place of what was granted before, and ends the user's"
              + " tokens.")
  private void grant(
      @Mixin FileOption file,
      @Parameters(paramLabel = "NAME", description = "The name.") String name,
      @Mixin GrantOptions grant) {
    try {
      file.register().changeGrant(name, grant.role, grant.prefixes());
    } catch (IllegalArgumentException unfit) {
      throw new CommandLine.ParameterException(spec.commandLine(), unfit.getMessage(), unfit);
    }
    print("changed the grant of " + name);
  }

  @Command(
      name = "list",
      description =
          "Prints a line for each user: name, role and, where not every key is granted,"
              + " the prefixes.")
  private void list(@Mixin FileOption file) {
    file.register().lines().forEach(this::print);
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  /** Roles by their words. */
  static final class RoleConverter implements ITypeConverter<Role> {
    @Override
    public Role convert(String word) {
      return Role.of(word)
          .orElseThrow(() -> new TypeConversionException("'" + word + "' is not " + Role.words()));
    }
  }
}
