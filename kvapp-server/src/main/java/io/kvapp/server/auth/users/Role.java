package io.kvapp.server.auth.users;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a user may do with the keys that are granted: each role includes those before it.
 *
 * <p>Immutable, safe for any thread.
 */
public enum Role {
  /** Sees figures about the server, and no key or value. */
  MONITOR("monitor"),

  /** Reads, and what a monitor does where every key is granted. */
  READER("reader"),

  /** Reads and writes. */
  WRITER("writer"),

  /** Reads, writes and operates the server. */
  ADMIN("admin");

  private final String word;

  Role(String word) {
    this.word = word;
  }

  /** The word for this role in tokens, users files and commands. */
  public String word() {
    return word;
  }

  /** Whether this role may do what {@code other} may. */
  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** The words of all roles, for people: {@code monitor, reader, writer or admin}. */
  public static String words() {
    String all = Arrays.stream(values()).map(Role::word).collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return all.substring(0, last) + " or " + all.substring(last + 2);
  }

  /** The role of this word; empty where there is none. */
  public static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(role -> role.word.equals(word)).findFirst();
  }
}
