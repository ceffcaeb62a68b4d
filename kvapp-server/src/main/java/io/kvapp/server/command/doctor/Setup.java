package io.kvapp.server.command.doctor;

import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.settings.TlsSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the doctor looks at: how a server would be started here, and one that runs.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param local the server that would be started here; empty to leave this machine alone
 * @param remote the server that runs; empty where none is asked
 */
public record Setup(Optional<Local> local, Optional<Remote> remote) {
  /**
   * A server that would be started here.
   *
   * @param folder the data folder; empty where the data is in no folder
   * @param store the URI of the store; empty where it is in a folder or in memory
   * @param isNamed whether the folder was named, and not just taken by default
   * @param readOnly whether the folder would be opened to read only
   * @param host the name or address to listen on, without brackets
   * @param port the port, 0 for any
   * @param auth users and signing key
   * @param tls the certificate; empty where there is none
   * @param limits how much it takes
   */
  public record Local(
      Optional<Path> folder,
      Optional<String> store,
      boolean isNamed,
      boolean readOnly,
      String host,
      int port,
      AuthSettings auth,
      Optional<TlsSettings> tls,
      Limits limits) {}

  /**
   * How much a server takes.
   *
   * @param maxValueBytes the largest value
   * @param maxBufferedBytes the heap of all bodies and responses together
   * @param maxConnections the most connections
   * @param maxWatchers the most streams besides
   */
  public record Limits(
      int maxValueBytes, long maxBufferedBytes, int maxConnections, int maxWatchers) {}

  /**
   * A server that runs.
   *
   * @param url with scheme {@code http} or {@code https}, a host, and where a proxy wants it a path
   * @param basic {@code user:password} to sign in with; empty for nobody
   * @param token what login has kept, where nobody signs in; empty for none
   */
  public record Remote(URI url, Optional<String> basic, Optional<String> token) {}

  /** Whether the server that would be started here may be the one that runs. */
  boolean mayRun() {
    return remote.isPresent();
  }
}
