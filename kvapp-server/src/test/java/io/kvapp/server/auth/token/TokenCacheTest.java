package io.kvapp.server.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.auth.users.Caller;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
  private static final VerifiedToken VERIFIED =
      new VerifiedToken(Caller.unlimited("u"), Optional.empty(), 0, 1);

  private final TokenCache tokens = new TokenCache(100);

  @Test
  void put_anyNumber_staysBounded() {
    for (int index = 0; index < 10_000; index++) {
      tokens.put(TokenHash.of("token " + index), VERIFIED);
      assertThat(tokens.size()).isLessThanOrEqualTo(100);
    }
    assertThat(tokens.get(TokenHash.of("token 9999"))).isSameAs(VERIFIED);
    assertThat(tokens.get(TokenHash.of("token 0"))).isNull();
  }

  @Test
  void get_tokenInUse_isKeptWhileOthersCome() {
    TokenHash used = TokenHash.of("used");
    tokens.put(used, VERIFIED);
    for (int index = 0; index < 1_000; index++) {
      tokens.put(TokenHash.of("token " + index), VERIFIED);
      assertThat(tokens.get(used)).isSameAs(VERIFIED);
    }
  }
}
