package io.kvapp.server.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.auth.token.TokenCache.Hash;
import io.kvapp.server.auth.token.TokenCache.Verified;
import io.kvapp.server.auth.users.Caller;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
  private static final Verified VERIFIED = new Verified(Caller.unlimited("u"), Optional.empty(), 1);

  private final TokenCache tokens = new TokenCache(100);

  @Test
  void put_anyNumber_staysBounded() {
    for (int index = 0; index < 10_000; index++) {
      tokens.put(Hash.of("token " + index), VERIFIED);
      assertThat(tokens.size()).isLessThanOrEqualTo(100);
    }
    assertThat(tokens.get(Hash.of("token 9999"))).isSameAs(VERIFIED);
    assertThat(tokens.get(Hash.of("token 0"))).isNull();
  }

  @Test
  void get_tokenInUse_isKeptWhileOthersCome() {
    Hash used = Hash.of("used");
    tokens.put(used, VERIFIED);
    for (int index = 0; index < 1_000; index++) {
      tokens.put(Hash.of("token " + index), VERIFIED);
      assertThat(tokens.get(used)).isSameAs(VERIFIED);
    }
  }
}
