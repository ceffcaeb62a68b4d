package io.kvapp.server.v1;

/**
 * What a server does at one moment.
 *
 * @param connections open ones, without those of watchers
 * @param watchers streams of changes, and requests that wait for one
 * @param bufferedBytes heap that requests fill with bodies and responses
 * @param requests how many were answered since the start
 */
public record ServerFigures(int connections, int watchers, long bufferedBytes, long requests) {}
