package io.kvapp.server.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVServer;
import io.kvapp.Scan;
import io.kvapp.server.http.message.HttpException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ScannedEntriesTest {
  @Test
  void hasNext_nothingFoundForManyPages_looksWhetherItIsStillNeeded() {
    AtomicInteger pages = new AtomicInteger();
    try (KVServer server = KVServer.builder().inMemory().withoutEndpoint().build().start()) {
      for (int number = 0; number < 1_000; number++) {
        server.store().put("k" + number, "v");
      }
      ScannedEntries entries =
          new ScannedEntries(
              scan -> {
                pages.incrementAndGet();
                return server.store().scan(scan);
              },
              List.of(Scan.prefix("k").limit(1)),
              entry -> false,
              () -> {
                throw HttpException.badRequest("left");
              });
      assertThatThrownBy(entries::hasNext).isInstanceOf(HttpException.class).hasMessage("left");
      assertThat(pages).hasValue(ScannedEntries.PAGES_BETWEEN_LOOKS - 1);
    }
  }
}
