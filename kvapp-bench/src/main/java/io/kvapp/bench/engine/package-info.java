/**
 * The embedded stores under comparison. {@link io.kvapp.bench.engine.EngineKind} lists them; the
 * Javadoc of each engine's class states its settings and what an acknowledged write means to it.
 */
package io.kvapp.bench.engine;
