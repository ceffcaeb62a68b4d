package io.kvapp.server.http.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseHeadTest {
  @ParameterizedTest
  @ValueSource(strings = {"a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b", "a\u0119b", "\u010a"})
  void with_valueThatWouldEndTheHeader_throws(String value) {
    assertThatThrownBy(() -> ResponseHead.of(200).with("X", value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("header X: no control characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:", "a\r\n", "\u00e9"})
  void with_nameThatIsNoToken_throws(String name) {
    assertThatThrownBy(() -> ResponseHead.of(200).with(name, "v"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("header name");
  }

  @Test
  void bytes_areStatusLineAndHeaders() {
    ResponseHead head = ResponseHead.of(405).with("Allow", "GET, POST").with("X", "");
    assertThat(new String(head.bytes()))
        .isEqualTo("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, POST\r\nX: \r\n");
    assertThat(head.header("allow")).contains("GET, POST");
  }
}
