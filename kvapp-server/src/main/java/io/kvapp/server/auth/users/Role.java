package io.kvapp.server.auth.users;

import java.util.Arrays;
import java.util.Optional;

/**
 * What a user may do with the keys that are granted.
 *
 * <p>Immutable, safe for any thread.
 */
public enum Role {
  /** Reads. */
  READER("reader"),

  /** Reads and writes. */
  WRITER("writer");

  private final String word;

  Role(String word) {
    this.word = word;
  }

  /** The word for this role in tokens, users files and commands. */
  public String word() {
    return word;
  }

  /** The role of this word; empty where there is none. */
  public static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(role -> role.word.equals(word)).findFirst();
  }
}
