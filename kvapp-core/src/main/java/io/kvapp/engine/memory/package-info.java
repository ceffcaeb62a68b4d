/**
 * The store in memory: {@link io.kvapp.engine.memory.InMemoryStore} over the sorted entries of
 * {@link io.kvapp.engine.memory.HeapEntries}.
 */
package io.kvapp.engine.memory;
