package io.kvapp.server.v1;

import io.kvapp.KVStore;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * A store in memory whose calls fail when they are told to, for what no test can provoke on every
 * machine, such as a full disk or a cluster that does not answer.
 *
 * <p>Safe for any thread.
 */
final class FailingStore implements AutoCloseable {
  private static final Set<String> READS = Set.of("entry", "get", "scan", "size", "snapshot");
  private static final Set<String> WRITES = Set.of("commit", "put");
  private static final Set<String> HEALTH = Set.of("requireHealthy");
  private static final Set<String> FIGURES = Set.of("requireHealthy", "admin");

  private final KVStore store = KVStore.inMemory();
  private Set<String> failing = Set.of();
  private Throwable failure;
  private int callsBefore;

  /** The store as a server takes it. */
  KVStore store() {
    return (KVStore)
        Proxy.newProxyInstance(
            KVStore.class.getClassLoader(),
            new Class<?>[] {KVStore.class},
            (proxy, method, arguments) -> call((KVStore) proxy, method, arguments));
  }

  /** Has reads fail. */
  void failReads(Throwable with) {
    fail(READS, with, 0);
  }

  /** Has writes fail, once so many more have been made. */
  void failWrites(Throwable with, int writesBefore) {
    fail(WRITES, with, writesBefore);
  }

  /** Has the question fail whether the store works. */
  void failHealth(Throwable with) {
    fail(HEALTH, with, 0);
  }

  /** Has that question fail, and those for its figures. */
  void failFigures(Throwable with) {
    fail(FIGURES, with, 0);
  }

  private synchronized void fail(Set<String> methods, Throwable with, int before) {
    failing = methods;
    failure = with;
    callsBefore = before;
  }

  private synchronized void requireCall(String method) throws Throwable {
    if (failing.contains(method) && callsBefore-- <= 0) {
      throw failure;
    }
  }

  private Object call(KVStore proxy, Method method, Object[] arguments) throws Throwable {
    requireCall(method.getName());
    if (method.isDefault()) {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
    try {
      return method.invoke(store, arguments);
    } catch (InvocationTargetException failed) {
      throw failed.getCause();
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
