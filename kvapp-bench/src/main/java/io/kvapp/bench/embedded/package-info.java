/**
 * Embedded stores, each in a JVM of its own, measured in turns: {@code EmbeddedRun} and {@code
 * LifeCycleRun} in this JVM tell {@code EngineWorker} in the other what to do, and JMH runs there.
 */
package io.kvapp.bench.embedded;
