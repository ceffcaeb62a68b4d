package io.kvapp.server.auth.users;

import io.kvapp.server.http.message.HttpException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The authenticated side of a request, as its token names it, and its grant: a role, and the keys
 * that start with one of some prefixes.
 *
 * <p>Immutable, safe for any thread.
 */
public final class Caller {
  /** The user of a token that was issued without credentials. */
  public static final String LOCAL_USER = "local";

  private static final List<String> EVERY_KEY = List.of("");

  private final String user;
  private final Role role;
  private final List<String> prefixes;
  private final String stamp;
  private final byte[][] granted;

  /**
   * A caller.
   *
   * @param user the name, as in the claim {@code user}
   * @param role what may be done
   * @param prefixes what granted keys start with; the empty prefix grants every key, an empty list
   *     none
   */
  public Caller(String user, Role role, List<String> prefixes) {
    this(user, role, prefixes, "");
  }

  /**
   * A caller with an entry in the users file.
   *
   * @param stamp tells this entry of the user from later ones
   */
  Caller(String user, Role role, List<String> prefixes, String stamp) {
    this.user = Objects.requireNonNull(user, "user");
    this.role = Objects.requireNonNull(role, "role");
    this.prefixes = List.copyOf(prefixes);
    this.stamp = Objects.requireNonNull(stamp, "stamp");
    this.granted = disjoint(this.prefixes);
  }

  /** A caller who may read and write every key. */
  public static Caller unlimited(String user) {
    return new Caller(user, Role.WRITER, EVERY_KEY);
  }

  /** The name. */
  public String user() {
    return user;
  }

  /** What may be done with granted keys. */
  public Role role() {
    return role;
  }

  /** What granted keys start with; a list of the empty prefix when it is every key. */
  public List<String> prefixes() {
    return prefixes;
  }

  /** Whether {@code other} is the same caller with the same grant, of the same entry. */
  boolean isSameAs(Caller other) {
    return user.equals(other.user)
        && role == other.role
        && prefixes.equals(other.prefixes)
        && stamp.equals(other.stamp);
  }

  /** Whether every key is granted. */
  public boolean readsEverything() {
    return granted.length == 1 && granted[0].length == 0;
  }

  private boolean isGranted(byte[] key) {
    for (byte[] prefix : granted) {
      if (startsWith(key, prefix)) {
        return true;
      }
    }
    return false;
  }

  /** Whether this key may be written or deleted. */
  public boolean mayWrite(byte[] key) {
    return role.includes(Role.WRITER) && isGranted(key);
  }

  /**
   * Does nothing if this key may be read.
   *
   * @throws HttpException.Forbidden if it may not
   */
  public void requireRead(byte[] key) {
    requireRole(Role.READER);
    if (!isGranted(key)) {
      throw outsideGrant();
    }
  }

  /**
   * Does nothing if this key may be written.
   *
   * @throws HttpException.Forbidden if it may not
   */
  public void requireWrite(byte[] key) {
    requireRole(Role.WRITER);
    requireRead(key);
  }

  /**
   * Does nothing if the role includes {@code needed}. Figures are about every key, so a reader or
   * writer is a monitor only where every key is granted.
   *
   * @throws HttpException.Forbidden if it does not
   */
  public void requireRole(Role needed) {
    if (!role.includes(needed)) {
      throw new HttpException.Forbidden(
          switch (role) {
            case MONITOR -> "the token's role only sees figures";
            case READER -> "the token's role only reads";
            case WRITER, ADMIN -> "the token's role does not operate the server";
          });
    }
    boolean isLimited = role == Role.READER || role == Role.WRITER;
    if (needed == Role.MONITOR && isLimited && !readsEverything()) {
      throw new HttpException.Forbidden(
          "figures are about every key, and the token does not grant all of them");
    }
  }

  /**
   * What is left of a prefix search: the prefixes to search in place of {@code prefix}. They are in
   * ascending unsigned byte order and no key starts with two of them, so that their results, one
   * after the other, are the granted part of the whole result in order.
   *
   * @throws HttpException.Forbidden if the role does not read, or no granted key can start with
   *     {@code prefix}
   */
  public List<byte[]> requireSearch(byte[] prefix) {
    requireRole(Role.READER);
    List<byte[]> searches = new ArrayList<>();
    for (byte[] grant : granted) {
      if (startsWith(prefix, grant)) {
        return List.of(prefix.clone());
      }
      if (startsWith(grant, prefix)) {
        searches.add(grant.clone());
      }
    }
    if (searches.isEmpty()) {
      throw outsideGrant();
    }
    return searches;
  }

  /** Names the user, the role and the prefixes. */
  @Override
  public String toString() {
    return "Caller[user=" + user + ", role=" + role.word() + ", prefixes=" + prefixes + "]";
  }

  private static HttpException outsideGrant() {
    return new HttpException.Forbidden("the token does not grant this key or prefix");
  }

  private static byte[][] disjoint(List<String> prefixes) {
    List<byte[]> kept = new ArrayList<>();
    List<byte[]> ascending =
        prefixes.stream()
            .map(prefix -> prefix.getBytes(StandardCharsets.UTF_8))
            .sorted(Arrays::compareUnsigned)
            .toList();
    for (byte[] prefix : ascending) {
      if (kept.isEmpty() || !startsWith(prefix, kept.get(kept.size() - 1))) {
        kept.add(prefix);
      }
    }
    return kept.toArray(byte[][]::new);
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}
