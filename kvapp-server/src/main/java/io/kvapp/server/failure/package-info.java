/**
 * What a request is told when it fails: {@link io.kvapp.server.failure.Failures} is the one table
 * from exceptions to statuses and codes, and {@link io.kvapp.server.failure.Problem} the form of
 * every face but the classic one.
 */
package io.kvapp.server.failure;
