/**
 * Embedded stores, each in a JVM of its own, measured in turns: {@code EmbeddedRun} and {@code
 * LifeCycleRun} in this JVM command {@code EngineWorker} in the others, where JMH runs.
 */
package io.kvapp.bench.embedded;
