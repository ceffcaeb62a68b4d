package io.kvapp.server.auth.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.server.SteppedClock;
import io.kvapp.server.http.message.HttpException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {
  private static final OptionalLong TOKEN = OptionalLong.of(7);

  private final SteppedClock clock = new SteppedClock();
  private final LoginThrottle limit = new LoginThrottle(clock);
  private final InetAddress home = address("192.0.2.1");

  @Test
  void attempt_sameUserAtOneAddress_isSlowedAfterFive() {
    int guesses = guessUntilSlowed("ann", home);

    assertThat(guesses).isEqualTo(5);
    assertThatThrownBy(() -> attempt("ann", home))
        .isInstanceOfSatisfying(
            HttpException.SlowedDown.class,
            slowed -> assertThat(slowed.retryAfter()).isEqualTo(Duration.ofSeconds(10)));
    clock.advance(Duration.ofSeconds(10));
    assertThat(guessUntilSlowed("ann", home)).isOne();
  }

  @Test
  void attempt_manyUsersAtOneAddress_areSlowedTogether() {
    int guesses = 0;
    while (guesses < 1_000 && isTaken("user " + guesses, home)) {
      guesses++;
    }
    assertThat(guesses).isEqualTo(20);
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
        .isInstanceOf(HttpException.SlowedDown.class);
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
    int guesses = 0;
    while (guesses < 1_000 && isTaken("user " + guesses, home)) {
      guesses++;
    }

    assertThat(guesses).isEqualTo(20);
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
    int guesses = 0;
    while (guesses < 1_000
        && isTaken("ann", address("2001:db8::" + Integer.toHexString(guesses)))) {
      guesses++;
    }
    assertThat(guesses).isEqualTo(5);
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
            HttpException.SlowedDown.class,
            slowed -> assertThat(slowed.retryAfter()).isEqualTo(Duration.ofSeconds(30)));

    limit.attempt("ann", home, OptionalLong.of(8)).cancel();
    assertThat(guessUntilSlowed("ann", home)).isEqualTo(5);
  }

  private LoginThrottle.Attempt attempt(String user, InetAddress from) {
    return limit.attempt(user, from, OptionalLong.empty());
  }

  private int guessUntilSlowed(String user, InetAddress from) {
    int guesses = 0;
    while (guesses < 1_000 && isTaken(user, from)) {
      guesses++;
    }
    return guesses;
  }

  private int guessFromManyAddresses(String user) {
    int guesses = 0;
    while (guesses < 200 && isTaken(user, address("198.51.100." + guesses))) {
      guesses++;
    }
    return guesses;
  }

  private boolean isTaken(String user, InetAddress from) {
    try {
      attempt(user, from);
      return true;
    } catch (HttpException.SlowedDown slowed) {
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
