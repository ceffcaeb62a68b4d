package io.kvapp.engine.errors;

import io.kvapp.Batch;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreOptions;
import io.kvapp.engine.DiskStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A process whose threads call a store with less and less stack left, after which another thread
 * must get through. Ends with status 0 if it did.
 */
public final class StackChild {
  private static final int ROUNDS = 40;
  private static final long STACK_BYTES = 256 << 10;
  private static final int PATIENCE_SECONDS = 10;

  private final KVStore store;
  private final Batch batch = new Batch();
  private final List<Runnable> calls;
  private int overflows;

  private StackChild(Path folder) {
    store = DiskStore.open(folder, StoreOptions.defaults());
    for (int i = 0; i < 5; i++) {
      batch.put("key " + i, "value");
    }
    calls =
        List.of(
            () -> store.commit(batch),
            () -> store.put("key 1", "value"),
            () -> store.get("key 1"),
            () -> store.scan(Scan.all()),
            store::size);
  }

  /** Argument: a folder. */
  public static void main(String[] arguments) throws Exception {
    StackChild child = new StackChild(Path.of(arguments[0]));
    child.run();
    System.out.println(child.overflows + " overflows");
    Runtime.getRuntime().halt(child.overflows > 0 && child.store.admin().verify().ok() ? 0 : 1);
  }

  private void run() throws Exception {
    ExecutorService others = Executors.newCachedThreadPool(StackChild::daemon);
    for (int i = 0; i < 3_000; i++) {
      calls.forEach(Runnable::run); // loads and compiles
    }
    for (int round = 0; round < ROUNDS; round++) {
      int depth = round;
      Thread deep = new Thread(null, () -> descend(depth), "deep", STACK_BYTES);
      deep.start();
      deep.join();
      for (Runnable call : calls) {
        others.submit(call).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  private void descend(int more) {
    try {
      if (more > 0) {
        descend(more - 1);
      } else {
        toTheEnd();
      }
    } catch (StackOverflowError expected) {
      overflows++;
    }
  }

  /** Calls the store at the end of the stack, then again with each frame given back. */
  private void toTheEnd() {
    try {
      toTheEnd();
    } catch (StackOverflowError expected) {
      overflows++;
    }
    for (Runnable call : calls) {
      try {
        call.run();
      } catch (StackOverflowError expected) {
        overflows++;
      }
    }
  }
}
