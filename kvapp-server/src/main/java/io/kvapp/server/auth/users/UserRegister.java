package io.kvapp.server.auth.users;

import io.kvapp.KVException;
import io.kvapp.server.file.FileErrors;
import io.kvapp.server.file.LockedFile;
import io.kvapp.server.file.OwnerOnlyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A file of users, to be edited. Each change replaces the file as a whole; changes that are made at
 * the same time, by other processes too, all happen.
 *
 * <p>All methods may be called from any thread, and while servers use the file.
 */
public final class UserRegister {
  private final Path file;

  /** The users in {@code file}, which need not be there yet. */
  public UserRegister(Path file) {
    this.file = Objects.requireNonNull(file, "file");
  }

  /**
   * Adds a user.
   *
   * @param prefixes what the keys that are granted start with; a list of the empty prefix for every
   *     key
   * @throws IllegalArgumentException if the name or a prefix is not fit
   * @throws KVException if there is a user of this name, or the file cannot be used
   */
  public void add(String name, Role role, List<String> prefixes, String password) {
    User user = new User(name, role, prefixes, PasswordHash.of(password));
    createIfAbsent();
    change(users -> absent(users, name).with(user));
  }

  /**
   * Removes a user.
   *
   * @throws KVException if there is no user of this name, or the file cannot be used
   */
  public void remove(String name) {
    change(users -> users.without(present(users, name).name()));
  }

  /**
   * Gives a user another password.
   *
   * @throws KVException if there is no user of this name, or the file cannot be used
   */
  public void changePassword(String name, String password) {
    PasswordHash hash = PasswordHash.of(password);
    change(
        users -> {
          User user = present(users, name);
          return users.with(new User(user.name(), user.role(), user.prefixes(), hash));
        });
  }

  /**
   * Grants a user something else.
   *
   * @param prefixes what the keys that are granted start with; a list of the empty prefix for every
   *     key
   * @throws IllegalArgumentException if a prefix is not fit
   * @throws KVException if there is no user of this name, or the file cannot be used
   */
  public void changeGrant(String name, Role role, List<String> prefixes) {
    change(
        users -> {
          User user = present(users, name);
          return users.with(new User(user.name(), role, prefixes, user.password()));
        });
  }

  /** A line for each user: name, role and, where not every key is granted, the prefixes. */
  public List<String> lines() {
    return read().all().stream()
        .map(
            user ->
                user.name()
                    + "\t"
                    + user.role().word()
                    + (user.prefixes().equals(User.EVERY_KEY)
                        ? ""
                        : "\t" + String.join(" ", user.prefixes())))
        .toList();
  }

  /**
   * Does nothing if there is no user of this name.
   *
   * @throws KVException if there is one, or the file cannot be used
   */
  public void requireAbsent(String name) {
    if (Files.exists(file)) {
      absent(read(), name);
    }
  }

  /**
   * Does nothing if there is a user of this name.
   *
   * @throws KVException if there is none, or the file cannot be used
   */
  public void requirePresent(String name) {
    present(read(), name);
  }

  private Users absent(Users users, String name) {
    if (users.find(name).isPresent()) {
      throw new KVException(
          "user " + name + " is in " + file + " already; passwd changes the password");
    }
    return users;
  }

  private User present(Users users, String name) {
    return users
        .find(name)
        .orElseThrow(() -> new KVException("user " + name + " is not in " + file));
  }

  private Users read() {
    try {
      return UsersFile.read(file);
    } catch (IOException failure) {
      throw failed("read", failure);
    }
  }

  private void createIfAbsent() {
    try {
      OwnerOnlyFile.createIfAbsent(file, () -> UsersFile.format(Users.NONE));
    } catch (IOException failure) {
      throw failed("written", failure);
    }
  }

  private void change(UnaryOperator<Users> change) {
    try {
      LockedFile.change(file, () -> UsersFile.format(change.apply(UsersFile.read(file))));
    } catch (IOException failure) {
      throw failed("changed", failure);
    }
  }

  private KVException failed(String verb, IOException failure) {
    return new KVException(
        "users file " + file + " cannot be " + verb + ": " + FileErrors.reason(failure), failure);
  }
}
