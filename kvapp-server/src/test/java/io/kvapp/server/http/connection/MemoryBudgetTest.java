package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.server.http.message.HttpException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("once")
final class MemoryBudgetTest {
  private static final int LARGE = 1 << 20;

  private final MemoryBudget budget = new MemoryBudget(100);
  private final MemoryBudget work = new MemoryBudget(100);
  private final ConnectionMemory first = new ConnectionMemory(budget, work);
  private final ConnectionMemory second = new ConnectionMemory(budget, work);

  @Test
  void settle_givesBackAllButWhatIsKept() {
    first.reserve(50);
    first.settle(20);
    assertThat(budget.taken()).isEqualTo(20);
    first.settle(40);
    assertThat(budget.taken()).isEqualTo(20);
    first.end();
    assertThat(budget.taken()).isZero();
  }

  @Test
  void claim_moreThanThereIs_takesEverything() {
    first.reserve(1_000);
    assertThat(budget.taken()).isEqualTo(100);
    first.end();
    assertThat(budget.taken()).isZero();
  }

  @Test
  void claim_byTheOneThatHasEverything_isMetAtOnce() {
    first.reserve(90);
    first.reserve(50);
    first.reserve(50);
    first.reserve(50);
    assertThat(budget.taken()).isEqualTo(100);
    first.end();
    assertThat(budget.taken()).isZero();
  }

  @Test
  void claim_moreThanOthersLeaveBetweenTheirRequests_takesWhatTheyLeave() {
    first.reserve(50);
    first.settle(40);
    second.reserve(1_000);
    second.reserve(1_000);
    assertThat(budget.taken()).isEqualTo(100);
    second.end();
    assertThat(budget.taken()).isEqualTo(40);
  }

  @Test
  void claim_ofAnInterruptedThread_takesWhatIsFreeAndDoesNotWait() {
    first.reserve(60);
    assertThat(budget.isScarce()).isTrue();
    assertRefusedWithoutAWait(second, 41);
    second.reserve(40);
    assertThat(budget.taken()).isEqualTo(100);
  }

  private static void assertRefusedWithoutAWait(ConnectionMemory memory, long bytes) {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> memory.reserve(bytes)).isInstanceOf(HttpException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void claim_notFree_waitsUntilItIs() throws InterruptedException {
    first.reserve(100);
    CountDownLatch had = new CountDownLatch(1);
    Thread waiting =
        new Thread(
            () -> {
              second.reserve(50);
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
    first.reserve(100);
    assertThatThrownBy(() -> second.reserve(1))
        .isInstanceOfSatisfying(
            HttpException.class, exception -> assertThat(exception.status()).isEqualTo(503));
    assertThat(budget.taken()).isEqualTo(100);
  }

  @Test
  void reserve_largeOnesThatTakeAllTheyMay_leaveAQuarterForLittle() {
    MemoryBudget large = new MemoryBudget(4 * LARGE);
    ConnectionMemory greedy = new ConnectionMemory(large, work);
    ConnectionMemory modest = new ConnectionMemory(large, work);
    greedy.reserve(10L * LARGE);
    assertThat(large.taken()).isEqualTo(3 * LARGE);
    assertRefusedWithoutAWait(modest, LARGE);
    modest.reserve(1_000);
    assertThat(large.taken()).isEqualTo(3 * LARGE + 1_000);
  }

  @Test
  void reserveWork_isGivenBackByEndWorkAlone() {
    first.reserveWork(40);
    first.settle(0);
    assertThat(work.taken()).isEqualTo(40);
    first.endWork();
    assertThat(work.taken()).isZero();
    first.reserveWork(200);
    assertThat(work.taken()).isEqualTo(100);
    first.end();
    assertThat(work.taken()).isZero();
  }
}
