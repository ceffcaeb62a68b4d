package io.kvapp.server.auth.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.http.message.PlainRequest;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
  private static final InetAddress PROXY = InetAddress.getLoopbackAddress();

  private final TrustedProxies proxies = new TrustedProxies(List.of(PROXY));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.0.2.7 | 192.0.2.7",
        "10.0.0.1, 192.0.2.7 | 192.0.2.7",
        "evil, 127.0.0.1,192.0.2.7 | 192.0.2.7",
        "2001:db8::1 | 2001:db8::1",
        "[2001:db8::1] | 2001:db8::1",
        "::ffff:192.0.2.7 | 192.0.2.7",
        "192.0.2.7:51234 | 192.0.2.7",
        "10.0.0.1:1, 192.0.2.7:80 | 192.0.2.7",
        "[2001:db8::1]:51234 | 2001:db8::1",
        "127.0.0.1 | 127.0.0.1"
      })
  void caller_behindATrustedProxy_isTheLastAddressForwarded(String header, String address)
      throws Exception {
    assertThat(proxies.clientAddress(request(header))).isEqualTo(InetAddress.getByName(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "unknown",
        "dead.beef",
        "999.0.2.7",
        "192.0.2",
        "192.0.2.7:",
        "192.0.2.7:x",
        "192.0.2.7:80:80",
        "[192.0.2.7]",
        "[2001:db8::1",
        "[::1]x",
        "192.0.2.7,",
        "1:2",
        ":",
        "localhost",
        "::1%lo"
      })
  void caller_headerThatIsNoAddress_isNobodyOnThisMachine(String header) {
    assertThat(proxies.clientAddress(request(header)).getHostAddress()).isEqualTo("0.0.0.0");
  }

  @Test
  void caller_noHeader_isNobodyOnThisMachine() {
    InetAddress caller = proxies.clientAddress(new PlainRequest("GET", "/"));

    assertThat(caller.isLoopbackAddress()).isFalse();
    assertThat(caller.getHostAddress()).isEqualTo("0.0.0.0");
  }

  @Test
  void caller_proxyAtAnotherAddressOfThisMachine_isTrustedToo() throws Exception {
    TrustedProxies named = new TrustedProxies(List.of(InetAddress.getByName("::1")));

    assertThat(named.clientAddress(request("192.0.2.7")))
        .isEqualTo(InetAddress.getByName("192.0.2.7"));
  }

  @Test
  void caller_connectionOfAnotherThanTheProxies_isItsOwnAddress() throws Exception {
    InetAddress other = InetAddress.getByName("192.0.2.1");

    assertThat(new TrustedProxies(List.of(other)).clientAddress(request("192.0.2.7")))
        .isEqualTo(PROXY);
    assertThat(new TrustedProxies(List.of()).clientAddress(request("192.0.2.7"))).isEqualTo(PROXY);
  }

  private static PlainRequest request(String header) {
    return new PlainRequest("GET", "/").header("x-forwarded-for", header);
  }
}
