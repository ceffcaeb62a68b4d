package io.kvapp.server.http.routing;

import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.http.message.HttpException;
import java.util.Optional;

/**
 * Who may use a route.
 *
 * <p>Immutable, safe for any thread.
 */
public enum Access {
  /** Anybody; no token is asked for. */
  ANYBODY(null),

  /** Every caller with a token, whatever its role. */
  TOKEN(null),

  /** A caller whose role includes {@link Role#MONITOR}. */
  MONITOR(Role.MONITOR),

  /** A caller whose role includes {@link Role#READER}. */
  READER(Role.READER),

  /** A caller whose role includes {@link Role#WRITER}. */
  WRITER(Role.WRITER),

  /** A caller whose role includes {@link Role#ADMIN}. */
  ADMIN(Role.ADMIN);

  private final Role role;

  Access(Role role) {
    this.role = role;
  }

  /** The role that is needed; empty where any will do. */
  public Optional<Role> role() {
    return Optional.ofNullable(role);
  }

  /**
   * Does nothing if the role of a caller is enough.
   *
   * @throws HttpException.Forbidden if it is not
   */
  void require(Caller caller) {
    if (role != null) {
      caller.requireRole(role);
    }
  }
}
