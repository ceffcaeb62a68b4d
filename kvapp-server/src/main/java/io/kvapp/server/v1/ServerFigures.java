package io.kvapp.server.v1;

/**
 * What a server does at one moment.
 *
 * @param connections open ones, without those of watchers
 * @param watchers streams of changes, and requests that wait for one
 * @param watchChanges how many changes readers of changes were told since the start
 * @param watchResets how often one of them could not go on from its revision
 * @param bufferedBytes heap that requests fill with bodies and responses
 * @param requests how many were answered since the start
 * @param refusedConnections for how many connections there was no room since the start
 * @param maxConnections the most connections at a time
 * @param maxBufferedBytes the most heap that requests may fill
 */
public record ServerFigures(
    int connections,
    int watchers,
    long watchChanges,
    long watchResets,
    long bufferedBytes,
    long requests,
    long refusedConnections,
    int maxConnections,
    long maxBufferedBytes) {}
