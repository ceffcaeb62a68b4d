package io.kvapp.server.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EmptySource;
import org.junit.jupiter.params.provider.ValueSource;

final class AuthorityTest {
  @ParameterizedTest
  @EmptySource
  @ValueSource(
      strings = {
        "localhost",
        "localhost:",
        "localhost:5000",
        "127.0.0.1:80",
        "evil%2ecom",
        "a_b.example-1",
        "[::]",
        "[::1]:5000",
        "[1::]",
        "[1:2:3:4:5:6:7:8]",
        "[1:2:3:4:5:6:7::]",
        "[::2:3:4:5:6:7:8]",
        "[::ffff:127.0.0.1]",
        "[1:2:3:4:5:6:1.2.3.4]",
        "[FE80::A]",
        ":80"
      })
  void isValid_hostWithOrWithoutAPort_is(String text) {
    assertThat(isValid(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "]]]",
        "a:b:c",
        "[::1",
        "localhost:abc",
        "localhost:-1",
        "a,b",
        "a%2",
        "a%zz",
        "a[b",
        "[]",
        "[:]",
        "[::1]x",
        "[::1]:x",
        "[:::]",
        "[1::2::3]",
        "[1:2:3:4:5:6:7]",
        "[1:2:3:4:5:6:7:8:9]",
        "[1:2:3:4::5:6:7:8]",
        "[1:]",
        "[:1:2:3:4:5:6:7]",
        "[12345::]",
        "[g::]",
        "[::1.2.3]",
        "[::1.2.3.4.5]",
        "[::256.0.0.1]",
        "[::01.0.0.1]",
        "[1:2:3:4:5:6:7:1.2.3.4]",
        "[v1.a]",
        "[fe80::1%25eth0]",
        "é"
      })
  void isValid_anythingElse_isNot(String text) {
    assertThat(isValid(text)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "LocalHost, localhost",
    "localhost:5000, localhost",
    "localhost:, localhost",
    "[::A]:80, [::a]",
    "[::1], [::1]"
  })
  void host_authority_isItsHostInLowerCase(String authority, String host) {
    assertThat(Authority.host(authority)).isEqualTo(host);
  }

  private static boolean isValid(String text) {
    byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.ISO_8859_1);
    return Authority.isValid(bytes, 1, bytes.length - 1);
  }
}
