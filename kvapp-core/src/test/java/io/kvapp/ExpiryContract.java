package io.kvapp;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Entries with a time to live, up to its last millisecond and from the next one on. */
interface ExpiryContract extends StoreFixture {
  @Test
  default void entry_livesUntilItsTimeToLiveHasPassed() {
    store().put("key", "value", Duration.ofMillis(1_000));
    clock().advanceMillis(999);

    assertThat(store().get("key")).hasValue("value");
    assertThat(store().entry("key")).isPresent();
    assertThat(store().size()).isEqualTo(1);
    assertThat(store().count("k")).isEqualTo(1);
    assertThat(everything(store())).hasSize(1);

    clock().advanceMillis(1);
    assertThat(store().get("key")).isEmpty();
    assertThat(store().entry("key")).isEmpty();
    assertThat(store().size()).isZero();
    assertThat(store().count("k")).isZero();
    assertThat(everything(store())).isEmpty();
    if (parts().contains(Part.STATS)) {
      assertThat(store().admin().stats().entries()).isZero();
    }
  }

  @Test
  default void entry_saysWhenItExpires() {
    long now = clock().millis();
    store().put("key", "value", Duration.ofSeconds(30));
    Entry entry = store().entry("key").orElseThrow();

    assertThat(entry.expiresAtMillis()).isEqualTo(now + 30_000);
    assertThat(entry.expiresAt()).hasValue(clock().instant().plusSeconds(30));
    assertThat(everything(store()).get(0)).isEqualTo(entry);
  }

  @Test
  default void ttl_isRoundedUpToWholeMilliseconds() {
    store().put("nano", "value", Duration.ofNanos(1));
    store().put("more", "value", Duration.ofNanos(1_000_001));

    assertThat(store().entry("nano").orElseThrow().expiresAtMillis())
        .isEqualTo(clock().millis() + 1);
    assertThat(store().entry("more").orElseThrow().expiresAtMillis())
        .isEqualTo(clock().millis() + 2);
    clock().advanceMillis(1);
    assertThat(store().get("nano")).isEmpty();
    assertThat(store().get("more")).isPresent();
  }

  @Test
  default void ttl_ofAnyLength_doesNotOverflow() {
    store().put("longest", "value", Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
    store().put("long", "value", Duration.ofMillis(Long.MAX_VALUE));
    clock().advance(Duration.ofDays(1_000_000));

    assertThat(store().get("longest")).hasValue("value");
    assertThat(store().get("long")).hasValue("value");
  }

  @Test
  default void expiredKey_isFreeForEveryWrite() {
    long old = store().put("set", "old", Duration.ofSeconds(1));
    store().put("absent", "old", Duration.ofSeconds(1));
    store().put("deleted", "old", Duration.ofSeconds(1));
    store().put("batch", "old", Duration.ofSeconds(1));
    clock().advance(Duration.ofSeconds(1));

    assertThat(store().compareAndSet("set", old, "new")).isEmpty();
    assertThat(store().compareAndDelete("set", old)).isFalse();
    assertThat(store().compareAndSet("set", 0, "new")).isPresent();
    assertThat(store().putIfAbsent("absent", "new")).isPresent();
    assertThat(store().delete("deleted")).isFalse();
    assertThat(store().commit(new Batch().ifAbsent("batch").put("batch", "new")).applied())
        .isTrue();
    assertThat(store().size()).isEqualTo(3);
    assertThat(store().get("set")).hasValue("new");
  }

  @Test
  default void expiredKey_doesNotMeetARevisionCondition() {
    long revision = store().put("key", "old", Duration.ofSeconds(1));
    clock().advance(Duration.ofSeconds(1));
    Batch batch = new Batch().ifRevision(utf8("key"), revision).put("other", "value");

    assertThat(store().commit(batch).applied()).isFalse();
    assertThat(store().size()).isZero();
  }

  @Test
  default void put_withoutTtl_endsTheTimeToLive() {
    store().put("key", "first", Duration.ofSeconds(1));
    store().put("key", "second");
    clock().advance(Duration.ofDays(1));

    assertThat(store().get("key")).hasValue("second");
    assertThat(store().entry("key").orElseThrow().expiresAt()).isEmpty();
  }

  @Test
  default void put_withTtl_replacesTheTimeToLive() {
    store().put("longer", "v", Duration.ofSeconds(1));
    store().put("longer", "v", Duration.ofSeconds(10));
    store().put("shorter", "v", Duration.ofSeconds(10));
    store().put("shorter", "v", Duration.ofSeconds(1));
    store().put("from forever", "v");
    store().put("from forever", "v", Duration.ofSeconds(1));
    clock().advance(Duration.ofSeconds(1));

    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("longer");
    clock().advance(Duration.ofSeconds(9));
    assertThat(store().size()).isZero();
  }

  @Test
  default void put_ofAnExpiredKey_hasALargerRevision() {
    long first = store().put("key", "first", Duration.ofSeconds(1));
    clock().advance(Duration.ofSeconds(1));
    long second = store().put("key", "second");

    assertThat(second).isGreaterThan(first);
    assertThat(store().get("key")).hasValue("second");
  }

  @Test
  default void batch_putsWithTtl() {
    store()
        .commit(
            new Batch()
                .put("short", "v", Duration.ofSeconds(1))
                .put(utf8("long"), utf8("v"), Duration.ofSeconds(2))
                .put("forever", "v"));
    clock().advance(Duration.ofSeconds(1));

    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("forever", "long");
  }

  @Test
  default void scan_skipsExpiredEntries() {
    for (int i = 0; i < 100; i++) {
      if (i % 10 == 0) {
        store().put(String.format("%02d", i), "v");
      } else {
        store().put(String.format("%02d", i), "v", Duration.ofSeconds(1));
      }
    }
    clock().advance(Duration.ofSeconds(1));
    List<String> live = List.of("00", "10", "20", "30", "40", "50", "60", "70", "80", "90");
    Page page = store().scan(Scan.all().limit(5));

    assertThat(page.entries()).hasSizeBetween(1, 5);
    assertThat(StoreFixture.keys(page)).isEqualTo(live.subList(0, page.entries().size()));
    assertThat(page.more()).isTrue();
    assertThat(StoreFixture.keys(store(), Scan.all().limit(10))).isEqualTo(live);
    assertThat(store().scan(Scan.prefix("9").limit(1)).more()).isFalse();
  }

  @Test
  default void size_fallsAsEntriesExpire() {
    for (int i = 1; i <= 500; i++) {
      store().put("entry " + i, "v", Duration.ofMillis(i));
    }
    for (int i = 1; i <= 500; i++) {
      clock().advanceMillis(1);
      assertThat(store().size()).isEqualTo(500 - i);
    }
    assertThat(store().count("")).isZero();
  }

  @Test
  default void times_beforeTheEpochAndAtIt_areTimesLikeOthers() {
    clock().set(-2_000);
    store().put("before", "v", Duration.ofMillis(1_000));
    store().put("at", "v", Duration.ofMillis(2_000));
    store().put("after", "v", Duration.ofMillis(3_000));
    store().put("for good", "v");

    assertThat(store().entry("before").orElseThrow().expiresAt())
        .hasValue(Instant.ofEpochMilli(-1_000));
    assertThat(store().entry("at").orElseThrow().expiresAt()).hasValue(Instant.EPOCH);
    assertThat(store().entry("for good").orElseThrow().expiresAt()).isEmpty();
    assertThat(store().size()).isEqualTo(4);
    clock().advanceMillis(1_000);
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("after", "at", "for good");
    assertThat(store().size()).isEqualTo(3);
    clock().advanceMillis(999);
    assertThat(store().get("at")).hasValue("v");
    clock().advanceMillis(1);
    assertThat(store().get("at")).isEmpty();
    assertThat(store().size()).isEqualTo(2);
    restart();
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("after", "for good");
    clock().advanceMillis(1_000);
    assertThat(store().size()).isEqualTo(1);
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("for good");
  }

  @Test
  default void expiredEntries_comeBackWithNothing() {
    store().put("key", "value", Duration.ofSeconds(1));
    clock().advance(Duration.ofSeconds(1));
    store().put("other", "value");
    if (parts().contains(Part.COMPACT)) {
      store().admin().compact();
    }

    assertThat(store().get("key")).isEmpty();
    assertThat(store().size()).isEqualTo(1);
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("other");
  }
}
