package io.kvapp.server.command.remote;

import io.kvapp.ServerSettings;
import io.kvapp.server.command.terminal.Terminal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Which server a command works on, and as whom.
 *
 * <p>Not thread-safe.
 */
public final class ServerOption {
  /** The environment variable with the server. */
  private static final String SERVER = "KVAPP_SERVER";

  /** The environment variable with the password. */
  private static final String PASSWORD = "KVAPP_PASSWORD";

  private static final String DEFAULT_SERVER = "http://localhost:" + ServerSettings.DEFAULT_PORT;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "Where the server is. Default: the environment variable "
              + SERVER
              + ", or else "
              + DEFAULT_SERVER
              + ".")
  private String server;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "Who signs in; the password is that of the environment variable "
              + PASSWORD
              + ", or is asked for. Default: whoever login has signed in.")
  private String user;

  /** Whether the command line names a server or a user. */
  public boolean isGiven() {
    return server != null || user != null;
  }

  /** Whether the command line or the environment names a server. */
  public boolean isNamed(Terminal terminal) {
    return server != null || terminal.environment().containsKey(SERVER);
  }

  /** Whether the command line names a server. */
  public boolean isOnCommandLine() {
    return server != null;
  }

  /** Name and password with a colon between; empty where no user is named. */
  public Optional<String> credentials(CommandSpec command, Terminal terminal) {
    return Optional.ofNullable(user).map(name -> name + ":" + password(command, terminal));
  }

  /** The user, null where none is named. */
  String user() {
    return user;
  }

  /**
   * The address of the server, with a scheme.
   *
   * @throws ParameterException if it is none
   */
  public URI uri(CommandSpec command, Terminal terminal) {
    String text =
        server != null ? server : terminal.environment().getOrDefault(SERVER, DEFAULT_SERVER);
    try {
      URI uri = new URI(text);
      if (!uri.isAbsolute() || text.matches("[^/]*:\\d+") || isHttp(uri) && !isAddress(uri)) {
        throw new URISyntaxException(text, "no URL");
      }
      return uri;
    } catch (URISyntaxException malformed) {
      throw wrong(
          command,
          "'"
              + text
              + "' is not the URL of a server, such as "
              + DEFAULT_SERVER
              + "; it has no user, query or fragment");
    }
  }

  /** Whether a server is there, and not a store of another kind. */
  public static boolean isHttp(URI uri) {
    return String.valueOf(uri.getScheme()).matches("(?i)https?");
  }

  private static boolean isAddress(URI uri) {
    return uri.getHost() != null
        && uri.getRawUserInfo() == null
        && uri.getRawQuery() == null
        && uri.getRawFragment() == null;
  }

  /**
   * A connection to this server as the user of the command line, or else as whoever is signed in.
   *
   * @throws io.kvapp.KVException.Unavailable if it cannot be reached
   */
  public ServerConnection connect(CommandSpec command, Terminal terminal) {
    ServerConnection connection =
        new ServerConnection(uri(command, terminal), TokenFile.of(terminal.environment()));
    connection.requireReachable();
    if (user != null) {
      connection.as(user, password(command, terminal));
    }
    return connection;
  }

  /**
   * The token that login keeps for a server, as it is; empty for none.
   *
   * @throws io.kvapp.KVException if the file of tokens cannot be used
   */
  public static Optional<String> keptToken(URI server, Map<String, String> environment) {
    return TokenFile.of(environment).of(ServerConnection.name(server)).map(TokenFile.Kept::token);
  }

  /** The password, of which a command that reads standard input takes nothing from there. */
  private static String password(CommandSpec command, Terminal terminal) {
    String known = terminal.environment().get(PASSWORD);
    if (known != null) {
      return known;
    }
    if (!terminal.passwords().isTyped()) {
      throw wrong(
          command,
          "--user needs the password in the environment variable "
              + PASSWORD
              + "; or sign in by kvapp login, and leave --user out");
    }
    return terminal.passwords().readKnown(command.commandLine());
  }

  /** The password of a command that reads nothing else from standard input. */
  static String passwordOfLogin(CommandSpec command, Terminal terminal) {
    String known = terminal.environment().get(PASSWORD);
    return known != null ? known : terminal.passwords().readKnown(command.commandLine());
  }

  static ParameterException wrong(CommandSpec command, String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
