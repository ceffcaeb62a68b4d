package io.kvapp.server.command.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Threads;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
  private static final int LOGINS = 12;

  @TempDir private Path folder;

  private TokenFile file() {
    return TokenFile.of(Map.of("XDG_CONFIG_HOME", folder.resolve("config").toString()));
  }

  private static String server(int number) {
    return "http://host" + number;
  }

  @Test
  void logins_atTheSameTime_areAllKept() {
    List<Callable<Boolean>> logins =
        IntStream.range(0, LOGINS).<Callable<Boolean>>mapToObj(this::login).toList();

    assertThat(Threads.together(logins)).containsOnly(true);

    for (int number = 0; number < LOGINS; number++) {
      assertThat(file().of(server(number)).orElseThrow().token()).isEqualTo("token" + number);
    }
    assertThat(file().forget(server(0))).isTrue();
    assertThat(file().forget(server(0))).isFalse();
    assertThat(file().of(server(1))).isPresent();
  }

  private Callable<Boolean> login(int number) {
    return () -> {
      file().keep(server(number), new TokenFile.Kept("token" + number, Instant.MAX));
      return true;
    };
  }
}
