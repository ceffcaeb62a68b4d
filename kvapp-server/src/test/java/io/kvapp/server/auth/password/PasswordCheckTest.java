package io.kvapp.server.auth.password;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.auth.users.PasswordHash;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.User;
import io.kvapp.server.auth.users.Users;
import java.util.List;
import org.junit.jupiter.api.Test;

class PasswordCheckTest {
  @Test
  void decoy_unknownUser_costsAsMuchAsOneOfTheUsers() {
    Users users = new Users(List.of(user("ann", 150_000), user("bob", 700_000)));

    for (int index = 0; index < 100; index++) {
      PasswordHash decoy = PasswordCheck.decoy(users, "unknown " + index);
      assertThat(decoy.iterations()).isIn(150_000, 700_000);
      assertThat(PasswordCheck.decoy(users, "unknown " + index).iterations())
          .isEqualTo(decoy.iterations());
    }
    assertThat(PasswordCheck.decoy(Users.NONE, "unknown").iterations()).isEqualTo(600_000);
  }

  private static User user(String name, int iterations) {
    return new User(name, Role.WRITER, List.of(""), PasswordHash.unmatched(iterations));
  }
}
