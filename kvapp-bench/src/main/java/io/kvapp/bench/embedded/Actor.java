package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.Session;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One benchmark thread: its session, its random numbers, its keys and values. */
@State(Scope.Thread)
public class Actor {
  private static final AtomicLong SEEDS = new AtomicLong();

  Stage stage;
  Session session;
  SplittableRandom random;
  private RandomValues values;
  private int[] popular;
  private int nextPopular;

  /** Opens the session. */
  @Setup(Level.Trial)
  public void open() {
    stage = Stage.current();
    session = stage.engine.session();
    random = new SplittableRandom(SEEDS.incrementAndGet());
    values = new RandomValues(random.nextLong(), stage.valueBytes);
  }

  /** Closes the session. */
  @TearDown(Level.Trial)
  public void close() {
    session.close();
  }

  /** The number of a loaded entry, each as likely as the other. */
  long number() {
    return random.nextLong(stage.keys.entries());
  }

  byte[] uniformKey() {
    return stage.keys.key(number());
  }

  /** The number of a loaded entry, popular ones more likely. */
  long popularNumber() {
    if (popular == null) {
      popular = stage.popularNumbers();
      nextPopular = random.nextInt(popular.length);
    }
    return popular[nextPopular++ & popular.length - 1];
  }

  byte[] popularKey() {
    return stage.keys.key(popularNumber());
  }

  byte[] value() {
    return values.next();
  }
}
