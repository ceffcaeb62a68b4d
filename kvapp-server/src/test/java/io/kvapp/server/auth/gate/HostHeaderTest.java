package io.kvapp.server.auth.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class HostHeaderTest {
  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:5000",
        "127.0.0.1",
        "127.0.0.1:5000",
        "[::1]",
        "[::1]:5000",
        "[::ffff:127.0.0.1]:5000",
        "app.localhost:5000",
        "kv.example.org",
        "KV.example.org:5000",
        "x"
      })
  void isOwn_nameOfThisMachine_is(String header) {
    assertThat(HostHeader.isOwn(header, "kv.example.org")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:5000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "[::1].evil.example",
        "evil.example.",
        "localhost:5000.evil.example"
      })
  void isOwn_nameOfAnotherHost_isNot(String header) {
    assertThat(HostHeader.isOwn(header, "localhost")).isFalse();
  }
}
