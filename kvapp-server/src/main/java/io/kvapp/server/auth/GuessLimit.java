package io.kvapp.server.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * Slows the guessing of passwords: wrong ones are counted for each user at each address, for each
 * address, and for each user. Where a user has logged in before, and on this machine, the counts of
 * others do not matter, so that a stranger who guesses cannot lock the owner out.
 *
 * <p>An IPv6 address counts as its /64 network. Memory is bounded and holds neither names nor
 * addresses.
 *
 * <p>Any number of threads may use it at a time.
 */
final class GuessLimit {
  private static final int FAMILIAR_PLACES = 1 << 12;

  private final LeakyBuckets userAtAddress;
  private final LeakyBuckets address;
  private final LeakyBuckets user;
  private final AtomicLongArray familiar = new AtomicLongArray(FAMILIAR_PLACES);
  private final SecretKey hashKey = SigningKeys.random().signing();

  GuessLimit(InstantSource clock) {
    userAtAddress = new LeakyBuckets(5, Duration.ofSeconds(10), clock);
    address = new LeakyBuckets(20, Duration.ofSeconds(5), clock);
    user = new LeakyBuckets(20, Duration.ofSeconds(30), clock);
  }

  /**
   * Counts an attempt, which is wrong until {@link Attempt#succeeded} says otherwise.
   *
   * @throws AccessException.SlowedDown if there were too many; this one is not counted then
   */
  Attempt attempt(String name, InetAddress from) {
    byte[] place = place(from);
    Attempt attempt =
        new Attempt(
            hash(name.getBytes(StandardCharsets.UTF_8), place),
            hash(new byte[0], place),
            hash(name.getBytes(StandardCharsets.UTF_8), new byte[0]),
            from.isLoopbackAddress());
    attempt.count();
    return attempt;
  }

  /** One try of a password. It belongs to the thread that made it. */
  final class Attempt {
    private final long atPlace;
    private final long place;
    private final long name;
    private final boolean isTrusted;
    private final boolean isFamiliar;

    private Attempt(long atPlace, long place, long name, boolean isLocal) {
      this.atPlace = atPlace;
      this.place = place;
      this.name = name;
      this.isFamiliar = familiar.get(familiarIndex()) == atPlace;
      this.isTrusted = isFamiliar || isLocal;
    }

    /** Whether this user has logged in here before, or is on this machine. */
    boolean isTrusted() {
      return isTrusted;
    }

    /** The password was right: nothing is counted, and the place is familiar from now on. */
    void succeeded() {
      cancel();
      familiar.set(familiarIndex(), atPlace);
    }

    /** The password was not looked at: nothing is counted. */
    void cancel() {
      userAtAddress.giveBack(atPlace);
      if (!isFamiliar) {
        address.giveBack(place);
      }
      if (!isTrusted) {
        user.giveBack(name);
      }
    }

    private void count() {
      refuseAfter(userAtAddress.take(atPlace));
      if (!isFamiliar) {
        Duration wait = address.take(place);
        if (!wait.isZero()) {
          userAtAddress.giveBack(atPlace);
          refuseAfter(wait);
        }
      }
      if (!isTrusted) {
        Duration wait = user.take(name);
        if (!wait.isZero()) {
          userAtAddress.giveBack(atPlace);
          address.giveBack(place);
          refuseAfter(wait);
        }
      }
    }

    private int familiarIndex() {
      return (int) (atPlace >>> 32) & FAMILIAR_PLACES - 1;
    }
  }

  private static void refuseAfter(Duration wait) {
    if (!wait.isZero()) {
      throw new AccessException.SlowedDown(wait);
    }
  }

  private static byte[] place(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes;
  }

  /** Keyed, so that nobody outside can tell which names and addresses share a bucket. */
  private long hash(byte[] name, byte[] place) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(hashKey);
      mac.update((byte) place.length);
      mac.update(place);
      return ByteBuffer.wrap(mac.doFinal(name)).getLong();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every Java platform has HmacSHA256", missing);
    }
  }
}
