package io.kvapp.engine.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final class Thing extends RefCounted {
    private int ended;

    @Override
    protected void unused() {
      ended++;
    }
  }

  private final Thing thing = new Thing();

  @Test
  void close_ofTheLastUse_givesBackOnce() {
    Lease<Thing> lease = Lease.of(thing);
    thing.close();
    thing.close();
    assertThat(thing.ended).isZero();
    lease.close();
    lease.close();
    assertThat(thing.ended).isEqualTo(1);
  }

  @Test
  void close_ofALeaseTwice_leavesOtherUsesAlone() {
    Lease<Thing> one = Lease.of(thing);
    one.close();
    one.close();
    assertThat(thing.ended).isZero();
    thing.close();
    assertThat(thing.ended).isEqualTo(1);
  }

  @Test
  void close_ofALeaseWithAnExecutor_givesBackThere() {
    List<Runnable> tasks = new ArrayList<>();
    Lease<Thing> lease = Lease.tryOf(thing, tasks::add).orElseThrow();
    thing.close();
    lease.close();
    assertThat(thing.ended).isZero();
    tasks.get(0).run();
    assertThat(thing.ended).isEqualTo(1);
  }

  @Test
  void lease_ofWhatHasEnded_isRefused() {
    thing.close();
    assertThat(Lease.tryOf(thing, Runnable::run)).isEmpty();
    assertThatThrownBy(() -> Lease.of(thing)).isInstanceOf(IllegalStateException.class);
  }
}
