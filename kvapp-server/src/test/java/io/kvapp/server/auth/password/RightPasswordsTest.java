package io.kvapp.server.auth.password;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.SteppedClock;
import io.kvapp.server.auth.users.PasswordHash;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.User;
import io.kvapp.server.auth.users.Users;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RightPasswordsTest {
  private static final Credentials RIGHT = new Credentials("ann", "a password");

  private final SteppedClock clock = new SteppedClock();
  private final RightPasswords right = new RightPasswords(clock);

  @Test
  void user_rememberedOne_isKnownForFiveMinutesByTheSamePasswordAlone() {
    Users users = users("a password");
    assertThat(right.user(users, RIGHT)).isEmpty();
    right.remember(users.find("ann").orElseThrow(), RIGHT);
    clock.advance(Duration.ofMinutes(5).minusMillis(1));
    assertThat(right.user(users, RIGHT)).isPresent();
    assertThat(right.user(users, new Credentials("ann", "another"))).isEmpty();
    assertThat(right.user(users, new Credentials("bob", "a password"))).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(right.user(users, RIGHT)).isEmpty();
  }

  @Test
  void user_whoseEntryHasChanged_isNotKnown() {
    right.remember(users("a password").find("ann").orElseThrow(), RIGHT);
    assertThat(right.user(users("a password"), RIGHT)).isEmpty();
  }

  /** Each call makes another salt, and so another entry. */
  private static Users users(String password) {
    PasswordHash hash = PasswordHash.of(password);
    return new Users(List.of(new User("ann", Role.MONITOR, List.of(""), hash)));
  }
}
