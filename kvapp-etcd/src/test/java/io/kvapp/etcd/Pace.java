package io.kvapp.etcd;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** What a campaign waits for while a fault lasts, and before the next one. */
enum Pace {
  /** That every writer goes on. */
  CALM {
    @Override
    void await(Workload workload) {
      workload.awaitProgress();
    }
  },
  /** Nothing: a random time of up to a second passes. */
  FAST {
    @Override
    void await(Workload workload) {
      workload.awaitTime(ThreadLocalRandom.current().nextLong(TimeUnit.SECONDS.toNanos(1)));
    }
  };

  abstract void await(Workload workload);
}
