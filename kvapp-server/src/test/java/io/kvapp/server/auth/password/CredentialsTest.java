package io.kvapp.server.auth.password;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  @Test
  void ofBasic_pair_isSplitAtTheFirstColon() {
    String pair =
        Base64.getEncoder().encodeToString("győző:jel:szó".getBytes(StandardCharsets.UTF_8));

    assertThat(Credentials.ofBasic("basic  " + pair)).contains(new Credentials("győző", "jel:szó"));
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "Basic",
        "Basic ",
        "Basic !",
        "Basic YWI=",
        "Basic /////w==",
        "Bearer YTpi",
        "YTpi"
      })
  void ofBasic_otherHeaders_areEmpty(String header) {
    assertThat(Credentials.ofBasic(header)).isEmpty();
  }

  @Test
  void ofBasic_headerLongerThanAnyCredentials_isEmpty() {
    String longest =
        Base64.getEncoder()
            .encodeToString(
                ("ő".repeat(64) + ":" + "€".repeat(1_024)).getBytes(StandardCharsets.UTF_8));
    String tooLong =
        Base64.getEncoder()
            .encodeToString(("a:" + "b".repeat(8 << 10)).getBytes(StandardCharsets.UTF_8));

    assertThat(Credentials.ofBasic("Basic " + longest)).isPresent();
    assertThat(Credentials.ofBasic("Basic " + tooLong)).isEmpty();
  }

  @Test
  void toString_password_isLeftOut() {
    assertThat(new Credentials("ann", "secret")).hasToString("Credentials[user=ann]");
  }
}
