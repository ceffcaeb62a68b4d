package io.kvapp.server.auth.users;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The users, by name.
 *
 * <p>Immutable, safe for any thread.
 */
public final class Users {
  public static final Users NONE = new Users(List.of());

  private final TreeMap<String, User> byName = new TreeMap<>();
  private final List<User> inOrder;

  /**
   * Some users.
   *
   * @throws IllegalArgumentException if two have one name
   */
  public Users(Collection<User> users) {
    for (User user : users) {
      if (byName.put(user.name(), user) != null) {
        throw new IllegalArgumentException("user " + user.name() + " is there twice");
      }
    }
    inOrder = List.copyOf(byName.values());
  }

  /** The user of this name, in any spelling; empty if there is none. */
  public Optional<User> find(String name) {
    return Optional.ofNullable(byName.get(User.normalized(name)));
  }

  /** Whether a caller is still one of these users, with the same password and grant. */
  public boolean grant(Caller caller) {
    return find(caller.user()).filter(user -> user.caller().isSameAs(caller)).isPresent();
  }

  /** All users, by name. */
  public List<User> all() {
    return inOrder;
  }

  /** These users and {@code user}, which replaces one with the same name. */
  Users with(User user) {
    Map<String, User> changed = new TreeMap<>(byName);
    changed.put(user.name(), user);
    return new Users(changed.values());
  }

  /** These users without the one of this name. */
  Users without(String name) {
    Map<String, User> changed = new TreeMap<>(byName);
    changed.remove(User.normalized(name));
    return new Users(changed.values());
  }
}
