/**
 * The v1 face: values as bytes at {@code /v1/kv/{key}}, lists, transactions, export and import.
 *
 * <p>{@link io.kvapp.server.v1.Parameters} reads query strings, {@link
 * io.kvapp.server.v1.Precondition} the conditions in headers; {@link io.kvapp.server.v1.EntryJson}
 * is the one form that entries have in JSON.
 */
package io.kvapp.server.v1;
