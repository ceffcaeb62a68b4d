package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.server.http.message.Fault;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MemoryBudgetTest {
  private final MemoryBudget budget = new MemoryBudget(100);
  private final ConnectionMemory first = new ConnectionMemory(budget);
  private final ConnectionMemory second = new ConnectionMemory(budget);

  @Test
  void settle_givesBackAllButWhatIsKept() {
    first.claim(50);
    first.settle(20);
    assertThat(budget.taken()).isEqualTo(20);
    first.settle(40);
    assertThat(budget.taken()).isEqualTo(20);
    first.end();
    assertThat(budget.taken()).isZero();
  }

  @Test
  void claim_moreThanThereIs_takesEverything() {
    first.claim(1_000);
    assertThat(budget.taken()).isEqualTo(100);
    first.end();
    assertThat(budget.taken()).isZero();
  }

  @Test
  void claim_byTheOneThatHasEverything_isMetAtOnce() {
    first.claim(90);
    first.claim(50);
    first.claim(50);
    assertThat(first.tryClaim(50)).isTrue();
    assertThat(budget.taken()).isEqualTo(100);
    first.end();
    assertThat(budget.taken()).isZero();
  }

  @Test
  void claim_moreThanOthersLeaveBetweenTheirRequests_takesWhatTheyLeave() {
    first.claim(50);
    first.settle(40);
    second.claim(1_000);
    second.claim(1_000);
    assertThat(budget.taken()).isEqualTo(100);
    second.end();
    assertThat(budget.taken()).isEqualTo(40);
  }

  @Test
  void tryClaim_notFree_takesNothing() {
    first.claim(60);
    assertThat(budget.isScarce()).isTrue();
    assertThat(second.tryClaim(41)).isFalse();
    assertThat(second.tryClaim(40)).isTrue();
    assertThat(budget.taken()).isEqualTo(100);
  }

  @Test
  void claim_notFree_waitsUntilItIs() throws InterruptedException {
    first.claim(100);
    CountDownLatch had = new CountDownLatch(1);
    Thread waiting =
        new Thread(
            () -> {
              second.claim(50);
              had.countDown();
            });
    waiting.start();
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      assertThat(had.getCount()).isOne();
      Thread.onSpinWait();
    }
    first.end();
    had.await();
    assertThat(budget.taken()).isEqualTo(50);
  }

  @Test
  void claim_neverFree_is503() {
    first.claim(100);
    assertThatThrownBy(() -> second.claim(1))
        .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.status()).isEqualTo(503));
    assertThat(budget.taken()).isEqualTo(100);
  }
}
