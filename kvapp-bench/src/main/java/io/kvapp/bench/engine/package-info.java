/**
 * The embedded stores under comparison. {@link io.kvapp.bench.engine.EngineKind} lists them; the
 * Javadoc of each engine's class states its settings and the promise of an acknowledged write.
 */
package io.kvapp.bench.engine;
