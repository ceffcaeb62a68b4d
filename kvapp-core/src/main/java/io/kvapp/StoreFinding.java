package io.kvapp;

import java.util.List;

/**
 * Something that was found out about what a store stands on, such as a cluster.
 *
 * <p>Immutable, safe for any thread. No component is null.
 *
 * @param level how bad it is
 * @param subject what was looked at, in one or two words
 * @param found what is there, on one line
 * @param remedy what to do about it; empty where nothing is to be done
 */
public record StoreFinding(Level level, String subject, String found, String remedy) {
  /** How bad something is. */
  public enum Level {
    /** As it should be. */
    OK,
    /** It works, but not as well as it could, or not for long. */
    WARN,
    /** The store does not open with it, or does not work. */
    FAIL
  }

  /**
   * Looks at what the store at a URI stands on, and changes nothing. Takes some seconds where
   * something does not answer.
   *
   * @param pathOrUri as {@link KVStore#open(String)} takes it
   * @return empty for stores that stand on nothing but this machine or a server
   * @throws IllegalArgumentException if it is blank, or neither a path nor a URI, or its provider
   *     cannot take it
   * @throws KVException if no provider on the class path serves it
   */
  public static List<StoreFinding> at(String pathOrUri) {
    return StoreAddress.of(pathOrUri).findings();
  }
}
