package io.kvapp.engine.hashtable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import net.openhft.chronicle.core.io.SingleThreadedChecked;
import net.openhft.chronicle.hash.impl.ContextHolder;
import net.openhft.chronicle.map.VanillaChronicleMap;
import net.openhft.chronicle.map.impl.CompiledMapQueryContext;

/**
 * Chronicle's contexts for threads that have none of their own, each lent for one call. So any
 * number of threads uses a map at the cost of a few contexts, and none waits for another thread to
 * make its call.
 *
 * <p>Chronicle finds a thread's context in a thread local and compares the context's owner with the
 * thread; both are set for the time of a call, in which the thread has the context alone. A virtual
 * thread stays on its carrier meanwhile.
 *
 * <p>Safe for any thread.
 */
final class ContextPool {
  private static final int PER_PROCESSOR = 4;

  /** So far apart that neighbours are in different lines of the processor's cache. */
  private static final int STRIDE = 16;

  private static final long NO_OFFSET = -1;

  private final ThreadLocal<ContextHolder> current;
  private final AtomicReferenceArray<Context> free;
  private final AtomicInteger made = new AtomicInteger();
  private final int max;
  private final long ownerOffset = ownerOffset();

  ContextPool(VanillaChronicleMap<?, ?, ?> map) {
    current = currentOf(map);
    max = PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    free = new AtomicReferenceArray<>(max * STRIDE);
  }

  /** A context, and the entry that calls with it use. */
  private static final class Context {
    final StoredEntry stored = new StoredEntry();

    /** Null until Chronicle has made it, in the first call. */
    ContextHolder holder;
  }

  /**
   * Runs a call with a lent context.
   *
   * @param otherwise runs it if none is to be had
   */
  <R> R call(
      ChronicleThreads.Call<StoredEntry, R, RuntimeException> call,
      ChronicleThreads<StoredEntry> otherwise) {
    Thread thread = Thread.currentThread();
    boolean isVirtual = VirtualThreads.isVirtual(thread);
    Context context = isUsable(isVirtual) ? take(thread.hashCode()) : null;
    if (context == null) {
      return otherwise.call(call);
    }
    if (!isVirtual) {
      return call(call, context, thread);
    }
    VirtualThreads.Pin.begin();
    try {
      return call(call, context, thread);
    } finally {
      VirtualThreads.Pin.end();
    }
  }

  private <R> R call(
      ChronicleThreads.Call<StoredEntry, R, RuntimeException> call,
      Context context,
      Thread thread) {
    boolean isNew = context.holder == null;
    boolean isWhole = false;
    try {
      if (context.holder != null) {
        StoredEntry.Codec.MEMORY.putObject(context.holder.get(), ownerOffset, thread);
        current.set(context.holder);
      }
      R result = call.with(context.stored);
      isWhole = true;
      return result;
    } finally {
      // What a failure leaves in a context is unknown; Chronicle makes another one.
      context.holder = isWhole ? current.get() : null;
      if (isNew && context.holder != null) {
        allowOtherThreads(context.holder);
      }
      current.set(null);
      giveBack(context, thread.hashCode());
    }
  }

  /** The bytes of a context remember the first thread that uses them, and refuse any other. */
  private static void allowOtherThreads(ContextHolder holder) {
    CompiledMapQueryContext<?, ?, ?> context = (CompiledMapQueryContext<?, ?, ?>) holder.get();
    context.segmentBS.singleThreadedCheckDisabled(true);
    ((SingleThreadedChecked) context.segmentBytes).singleThreadedCheckDisabled(true);
  }

  private boolean isUsable(boolean byVirtualThread) {
    return current != null
        && ownerOffset != NO_OFFSET
        && (!byVirtualThread || VirtualThreads.Pin.isAvailable());
  }

  /** A free context, or a new one; null if as many are lent as there may be. */
  private Context take(int start) {
    for (int i = 0; i < max; i++) {
      int place = place(start + i);
      Context context = free.get(place);
      if (context != null && free.compareAndSet(place, context, null)) {
        return context;
      }
    }
    if (made.get() < max && made.incrementAndGet() <= max) {
      return new Context();
    }
    return null;
  }

  private void giveBack(Context context, int start) {
    // There are as many places as contexts, so that one is always free.
    for (int i = 0; !free.compareAndSet(place(start + i), null, context); i++) {
      Thread.onSpinWait();
    }
  }

  private int place(int number) {
    return Integer.remainderUnsigned(number, max) * STRIDE;
  }

  @SuppressWarnings("unchecked")
  private static ThreadLocal<ContextHolder> currentOf(VanillaChronicleMap<?, ?, ?> map) {
    return (ThreadLocal<ContextHolder>) ThreadValues.localOf(map, "cxt");
  }

  private static long ownerOffset() {
    try {
      return StoredEntry.Codec.MEMORY.objectFieldOffset(
          CompiledMapQueryContext.class.getDeclaredField("owner"));
    } catch (ReflectiveOperationException | RuntimeException unavailable) {
      return NO_OFFSET;
    }
  }
}
