package io.kvapp.server.auth.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.server.SteppedClock;
import io.kvapp.server.auth.AccessException;
import io.kvapp.server.auth.token.TokenCache.Hash;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {
  private static final Optional<Hash> TOKEN = Optional.of(Hash.of("a token"));

  private final SteppedClock clock = new SteppedClock();
  private final LoginThrottle limit = new LoginThrottle(clock);
  private final InetAddress home = address("192.0.2.1");

  @Test
  void attempt_sameUserAtOneAddress_isSlowedAfterFive() {
    int throttle = guessUntilSlowed("ann", home);

    assertThat(throttle).isEqualTo(5);
    assertThatThrownBy(() -> attempt("ann", home))
        .isInstanceOfSatisfying(
            AccessException.SlowedDown.class,
            slowed -> assertThat(slowed.retryAfter()).isEqualTo(Duration.ofSeconds(10)));
    clock.advance(Duration.ofSeconds(10));
    assertThat(guessUntilSlowed("ann", home)).isOne();
  }

  @Test
  void attempt_manyUsersAtOneAddress_areSlowedTogether() {
    int throttle = 0;
    while (throttle < 1_000 && isTaken("user " + throttle, home)) {
      throttle++;
    }
    assertThat(throttle).isEqualTo(20);
  }

  @Test
  void attempt_oneUserAtManyAddresses_isSlowedAsAWhole() {
    assertThat(guessFromManyAddresses("ann")).isEqualTo(20);
  }

  @Test
  void attempt_ownerWhereHeLoggedInBefore_isNotSlowedByStrangers() {
    attempt("ann", home).succeeded();
    guessFromManyAddresses("ann");

    attempt("ann", home).succeeded();
    assertThatThrownBy(() -> attempt("ann", address("198.51.100.200")))
        .isInstanceOf(AccessException.SlowedDown.class);
  }

  @Test
  void attempt_ownerOnThisMachine_isNotSlowedByStrangers() {
    guessFromManyAddresses("ann");

    assertThatCode(() -> attempt("ann", InetAddress.getLoopbackAddress()).succeeded())
        .doesNotThrowAnyException();
  }

  @Test
  void attempt_strangerAtTheOwnersAddress_isSlowedThereByAddress() {
    attempt("ann", home).succeeded();
    int throttle = 0;
    while (throttle < 1_000 && isTaken("user " + throttle, home)) {
      throttle++;
    }

    assertThat(throttle).isEqualTo(20);
    attempt("ann", home).succeeded();
  }

  @Test
  void attempt_rightPasswords_areNotCounted() {
    for (int login = 0; login < 1_000; login++) {
      attempt("ann", home).succeeded();
    }
    for (int login = 0; login < 1_000; login++) {
      attempt("bob", home).cancel();
    }
  }

  @Test
  void attempt_refused_isNotCountedAnywhere() {
    guessUntilSlowed("ann", home);
    for (int refused = 0; refused < 1_000; refused++) {
      assertThat(isTaken("ann", home)).isFalse();
    }

    int others = 0;
    while (others < 1_000 && isTaken("user " + others, home)) {
      others++;
    }
    assertThat(others).isEqualTo(15);
  }

  @Test
  void attempt_addressesOfOneIpv6Network_areOnePlace() {
    int throttle = 0;
    while (throttle < 1_000
        && isTaken("ann", address("2001:db8::" + Integer.toHexString(throttle)))) {
      throttle++;
    }
    assertThat(throttle).isEqualTo(5);
    assertThat(isTaken("ann", address("2001:db8:0:1::1"))).isTrue();
  }

  @Test
  void attempt_ownerWithAnEarlierToken_isNotSlowedByStrangersAtTheSameAddress() {
    guessUntilSlowed("ann", home);
    guessFromManyAddresses("ann");

    limit.attempt("ann", home, TOKEN).succeeded();
    assertThat(guessUntilSlowed("ann", home)).isZero();
  }

  @Test
  void attempt_guessesWithAToken_areSlowedAfterFiveAndCountForNobodyElse() {
    for (int guess = 0; guess < 5; guess++) {
      limit.attempt("ann", address("192.0.2." + guess), TOKEN);
    }
    assertThatThrownBy(() -> limit.attempt("ann", home, TOKEN))
        .isInstanceOfSatisfying(
            AccessException.SlowedDown.class,
            slowed -> assertThat(slowed.retryAfter()).isEqualTo(Duration.ofSeconds(30)));

    limit.attempt("ann", home, Optional.of(Hash.of("another token"))).cancel();
    assertThat(guessUntilSlowed("ann", home)).isEqualTo(5);
  }

  private LoginThrottle.Attempt attempt(String user, InetAddress from) {
    return limit.attempt(user, from, Optional.empty());
  }

  private int guessUntilSlowed(String user, InetAddress from) {
    int throttle = 0;
    while (throttle < 1_000 && isTaken(user, from)) {
      throttle++;
    }
    return throttle;
  }

  private int guessFromManyAddresses(String user) {
    int throttle = 0;
    while (throttle < 200 && isTaken(user, address("198.51.100." + throttle))) {
      throttle++;
    }
    return throttle;
  }

  private boolean isTaken(String user, InetAddress from) {
    try {
      attempt(user, from);
      return true;
    } catch (AccessException.SlowedDown slowed) {
      return false;
    }
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }
}
