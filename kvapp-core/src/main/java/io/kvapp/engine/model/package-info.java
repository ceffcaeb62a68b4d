/**
 * The words that all parts of the engine share.
 *
 * <p>In reading order: {@link io.kvapp.engine.model.Operation}, one change on its way into the
 * store; {@link io.kvapp.engine.model.SortedRun} and its {@link io.kvapp.engine.model.Cursor}, how
 * sorted changes are read; {@link io.kvapp.engine.model.MergeCursor}, several cursors as one;
 * {@link io.kvapp.engine.model.ExpiryKey} and {@link io.kvapp.engine.model.KeyHeads}; {@link
 * io.kvapp.engine.model.VersionedValue}; {@link io.kvapp.engine.model.StripedLocks}; {@link
 * io.kvapp.engine.model.Limits} and {@link io.kvapp.engine.model.EngineOptions}. Depends on {@code
 * io.kvapp}.
 */
package io.kvapp.engine.model;
