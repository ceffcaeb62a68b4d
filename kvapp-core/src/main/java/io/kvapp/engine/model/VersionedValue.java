package io.kvapp.engine.model;

/**
 * What a key leads to.
 *
 * @param revision the write that stored it
 * @param expiresAt when it ends, in the engine's own units
 * @param value its bytes, or null when they are stored elsewhere
 */
public record VersionedValue(long revision, long expiresAt, byte[] value) {}
