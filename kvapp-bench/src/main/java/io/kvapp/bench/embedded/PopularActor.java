package io.kvapp.bench.embedded;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;

/** A benchmark thread that prefers popular keys. */
public class PopularActor extends Actor {
  /** Draws the keys. */
  @Setup(Level.Trial)
  public void draw() {
    drawPopularKeys();
  }
}
