package io.kvapp.server.auth.password;

import io.kvapp.server.http.message.HttpException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Slows the guessing of passwords: wrong ones are counted for each user at each address, for each
 * address, and for each user. Where a user has logged in before, and on this machine, the counts of
 * others do not matter, so that a stranger cannot lock the owner out by guessing. A client that
 * presents a token of an earlier sign-in is counted by that token alone, wherever others guess, and
 * after a restart, too.
 *
 * <p>An IPv6 address counts as its /64 network. Memory is bounded and holds neither names nor
 * addresses.
 *
 * <p>Any number of threads may use it at a time.
 */
final class LoginThrottle {
  private static final int FAMILIAR_PLACES = 1 << 12;

  private final LeakyBuckets userAtAddress;
  private final LeakyBuckets address;
  private final LeakyBuckets user;
  private final LeakyBuckets token;
  private final AtomicLongArray familiar = new AtomicLongArray(FAMILIAR_PLACES);
  private final KeyedHash hashes = new KeyedHash();

  LoginThrottle(InstantSource clock) {
    userAtAddress = new LeakyBuckets(5, Duration.ofSeconds(10), clock);
    address = new LeakyBuckets(20, Duration.ofSeconds(5), clock);
    user = new LeakyBuckets(20, Duration.ofSeconds(30), clock);
    token = new LeakyBuckets(5, Duration.ofSeconds(30), clock);
  }

  /**
   * Counts an attempt, which is wrong until {@link Attempt#succeeded} says otherwise.
   *
   * @param earlierToken the hash of a token that this user got in an earlier sign-in: its bearer is
   *     no stranger, and counts apart from all others
   * @throws HttpException.SlowedDown if there were too many; this one is not counted then
   */
  Attempt attempt(String name, InetAddress from, OptionalLong earlierToken) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    byte[] place = place(from);
    long atPlace = hash(nameBytes, place);
    if (earlierToken.isPresent()) {
      return counted(true, atPlace, List.of(new Count(token, earlierToken.getAsLong())));
    }
    boolean isFamiliar = familiar.get(familiarIndex(atPlace)) == atPlace;
    boolean isTrusted = isFamiliar || from.isLoopbackAddress();
    List<Count> counts = new ArrayList<>();
    counts.add(new Count(userAtAddress, atPlace));
    if (!isFamiliar) {
      counts.add(new Count(address, hash(new byte[0], place)));
    }
    if (!isTrusted) {
      counts.add(new Count(user, hash(nameBytes, new byte[0])));
    }
    return counted(isTrusted, atPlace, counts);
  }

  private Attempt counted(boolean isTrusted, long atPlace, List<Count> counts) {
    for (int taken = 0; taken < counts.size(); taken++) {
      Duration wait = counts.get(taken).take();
      if (!wait.isZero()) {
        counts.subList(0, taken).forEach(Count::giveBack);
        throw new HttpException.SlowedDown(wait);
      }
    }
    return new Attempt(isTrusted, atPlace, counts);
  }

  /** One of the buckets that an attempt goes into. */
  private record Count(LeakyBuckets buckets, long hash) {
    Duration take() {
      return buckets.take(hash);
    }

    void giveBack() {
      buckets.giveBack(hash);
    }
  }

  /** One try of a password. It belongs to the thread that made it. */
  final class Attempt {
    private final boolean isTrusted;
    private final long atPlace;
    private final List<Count> counts;

    private Attempt(boolean isTrusted, long atPlace, List<Count> counts) {
      this.isTrusted = isTrusted;
      this.atPlace = atPlace;
      this.counts = counts;
    }

    /** Whether this user has logged in before, or is on this machine. */
    boolean isTrusted() {
      return isTrusted;
    }

    /** The password was right: nothing is counted, and the place is familiar from now on. */
    void succeeded() {
      cancel();
      familiar.set(familiarIndex(atPlace), atPlace);
    }

    /** The password was not looked at: nothing is counted. */
    void cancel() {
      counts.forEach(Count::giveBack);
    }
  }

  private static int familiarIndex(long atPlace) {
    return (int) (atPlace >>> 32) & FAMILIAR_PLACES - 1;
  }

  private static byte[] place(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes;
  }

  /** Keyed, so that clients cannot tell which names and addresses share a bucket. */
  private long hash(byte[] name, byte[] place) {
    return ByteBuffer.wrap(hashes.of(place, name)).getLong();
  }
}
