package io.kvapp.server.auth.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.server.http.message.HttpException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerTest {
  private final Caller writer =
      new Caller("ann", Role.WRITER, List.of("ő/", "b/x", "a/", "b/", "a/"));
  private final Caller reader = new Caller("rea", Role.READER, List.of("a/"));

  @Test
  void requireRead_keys_areThoseUnderAPrefix() {
    writer.requireRead(bytes("a/"));
    writer.requireRead(bytes("b/x/y"));
    writer.requireRead(bytes("ő/kulcs"));
    assertForbidden(() -> writer.requireRead(bytes("a")));
    assertForbidden(() -> writer.requireRead(bytes("c/")));
    assertForbidden(() -> writer.requireRead(new byte[0]));
  }

  @Test
  void requireWrite_byRoleAndKey_isForbiddenOutside() {
    writer.requireWrite(bytes("a/k"));
    assertForbidden(() -> writer.requireWrite(bytes("c")));
    assertForbidden(() -> reader.requireWrite(bytes("a/k")));
    assertThat(reader.mayWrite(bytes("a/k"))).isFalse();
    reader.requireRead(bytes("a/k"));
    assertForbidden(() -> reader.requireRead(bytes("b/k")));
  }

  @Test
  void requireSearch_prefixes_areNarrowedToTheGrantInOrder() {
    assertThat(searches("")).containsExactly("a/", "b/", "ő/");
    assertThat(searches("b")).containsExactly("b/");
    assertThat(searches("b/x")).containsExactly("b/x");
    assertThat(searches("a/deep")).containsExactly("a/deep");
    assertForbidden(() -> writer.requireSearch(bytes("c")));
    assertForbidden(() -> writer.requireSearch(bytes("aa")));
  }

  @Test
  void requireSearch_everyKey_isThePrefixItself() {
    Caller unlimited = Caller.unlimited("root");

    assertThat(unlimited.readsEverything()).isTrue();
    assertThat(unlimited.requireSearch(bytes("x"))).containsExactly(bytes("x"));
    assertThat(unlimited.requireSearch(new byte[0])).containsExactly(new byte[0]);
  }

  @Test
  void requireSearch_noPrefixes_isForbidden() {
    Caller nobody = new Caller("nobody", Role.WRITER, List.of());

    assertThat(nobody.readsEverything()).isFalse();
    assertForbidden(() -> nobody.requireRead(bytes("a")));
    assertForbidden(() -> nobody.requireSearch(new byte[0]));
  }

  private List<String> searches(String prefix) {
    return writer.requireSearch(bytes(prefix)).stream()
        .map(search -> new String(search, StandardCharsets.UTF_8))
        .toList();
  }

  private static void assertForbidden(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(HttpException.Forbidden.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
