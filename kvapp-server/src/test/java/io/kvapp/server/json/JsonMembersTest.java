package io.kvapp.server.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.server.http.message.HttpException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonMembersTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"key\":\"k\",\"value\":\"v\"}",
        " \t\r\n{ \"value\" : \"v\" ,\n\"key\" : \"k\" } \n",
        "{\"\\u006bey\":\"\\u006b\",\"value\":\"\\u0076\"}"
      })
  void read_object_hasItsMembers(String json) {
    JsonMembers members = read(json);
    assertThat(members.areOnly("key", "value")).isTrue();
    assertThat(text(members, "key")).isEqualTo("k");
    assertThat(text(members, "value")).isEqualTo("v");
  }

  @Test
  void read_escapes_areDecoded() {
    JsonMembers members =
        read("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u00e9\\ud83d\\ude00é😀\"}");
    assertThat(text(members, "a")).isEqualTo("\"\\/\b\f\n\r\t\0é😀é😀");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "}",
        "{]",
        " ",
        "{\"a\":\"b\"",
        "{\"a\":\"b\",}",
        "{\"a\":\"b\" \"c\":\"d\"}",
        "{\"a\"=\"b\"}",
        "{\"a\"}",
        "{a:\"b\"}",
        "{'a':'b'}",
        "{\"a\":b}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-Infinity}",
        "{\"a\":TRUE}",
        "{\"a\":Null}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":+1}",
        "{\"a\":[1,]}",
        "{\"a\":[,1]}",
        "{\"a\":[1;2]}",
        "{\"a\":{\"b\":nul}}",
        "{\"a\":[\"\\x\"]}",
        "{\"a\":[\"\t\"]}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\u0001\"}",
        "{\"a\":\"b}",
        "{\"a\":\"b\"} x",
        "{\"a\":\"b\"}{}",
        "{\"a\":\"b\"},",
        "{/**/\"a\":\"b\"}",
        "{\"a\":\"b\"}//",
        "#\n{\"a\":\"b\"}",
        ")]}'\n{\"a\":\"b\"}",
        "[1",
        "nul"
      })
  void read_notJson_is400(String json) {
    assertRefused(() -> read(json), "the body is not JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "\"a\"", "1", "true", "null", "[{\"a\":\"b\"}]"})
  void read_notAnObject_is400(String json) {
    assertRefused(() -> read(json), "the body is not a JSON object");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":\"b\",\"a\":\"b\"} | the body has a member twice",
        "{\"a\":\"b\",\"\\u0061\":1} | the body has a member twice",
        "{\"a\":\"\\ud800\"} | the body is not JSON",
        "{\"a\":\"\\udc00\\ud800\"} | the body is not JSON",
        "{\"a\":\"\\ud800x\"} | the body is not JSON",
        "{\"\\udfff\":\"\"} | the body is not JSON",
      })
  void read_ambiguousObject_is400(String json, String message) {
    assertRefused(() -> read(json), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7b2261223a22ff227d",
        "7b2261223a22c080227d",
        "7b2261223a22eda080227d",
        "7b2261223a22c3227d",
        "fffe7b007d00",
        "80"
      })
  void read_notUtf8_is400(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertRefused(() -> JsonMembers.read(ByteBuffer.wrap(bytes)), "the body is not UTF-8");
  }

  @Test
  void read_byteOrderMark_is400() {
    assertRefused(() -> read("\ufeff{\"a\":\"b\"}"), "the body is not JSON");
  }

  @Test
  void read_nothing_is400() {
    assertRefused(() -> read(""), "the body is missing; send a JSON object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "null", "[]", "{}", "[[\"a\",{\"b\":[1.5e3,null]}]]"})
  void utf8_valueThatIsNoString_is400(String value) {
    JsonMembers members = read("{\"a\":" + value + ",\"b\":\"c\"}");
    assertThat(members.areOnly("a", "b")).isTrue();
    assertRefused(() -> members.utf8("a"), "the member a is not a string");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void read_deepNesting_is400(String opening) {
    assertRefused(() -> read(opening.repeat(100_000)), "the body is not JSON");
    assertRefused(() -> read("{\"a\":" + opening.repeat(100_000)), "the body is not JSON");
  }

  @Test
  void read_longNumber_is400() {
    assertThatThrownBy(() -> read("{\"a\":" + "9".repeat(1_000_000) + "}").utf8("a"))
        .isInstanceOf(HttpException.class);
  }

  @Test
  void read_veryManyMembers_keepsAFewAndReadsTheRest() {
    StringBuilder json = new StringBuilder("{\"key\":\"k\"");
    for (int number = 0; number < 110_000; number++) {
      json.append(",\"").append(number).append("\":1");
    }
    JsonMembers members = read(json + "}");
    assertThat(members.count()).isEqualTo(8);
    assertThat(members.isOnly("key")).isFalse();
    assertRefused(() -> read(json + ",\"key\":\"k\"}"), "the body has a member twice");
    assertRefused(() -> read(json + ",\"a\":\"\\x\"}"), "the body is not JSON");
    assertRefused(() -> read(json + ",}"), "the body is not JSON");
  }

  @Test
  void read_partOfAnArray_readsThatPart() {
    byte[] bytes = "xx{\"a\":\"b\"}yy".getBytes(StandardCharsets.UTF_8);
    JsonMembers members = JsonMembers.read(ByteBuffer.wrap(bytes, 2, bytes.length - 4));
    assertThat(text(members, "a")).isEqualTo("b");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(HttpException.class)
        .hasMessageStartingWith(message)
        .hasMessageMatching("[^\\r\\n]*")
        .satisfies(refusal -> assertThat(((HttpException) refusal).status()).isEqualTo(400));
  }

  private static JsonMembers read(String json) {
    return JsonMembers.read(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static String text(JsonMembers members, String name) {
    return new String(members.utf8(name), StandardCharsets.UTF_8);
  }
}
