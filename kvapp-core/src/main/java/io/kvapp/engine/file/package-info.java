/**
 * Files, memory mappings and threads, with no knowledge of keys or values.
 *
 * <p>In reading order: {@link io.kvapp.engine.file.Disk}, through which every file that is the
 * truth is changed and where tests make that fail; {@code Preallocation} for its blocks, {@code
 * SpaceCheck} and {@link io.kvapp.engine.file.NoSpaceException} for a full disk, {@link
 * io.kvapp.engine.file.Reserve}; {@link io.kvapp.engine.file.FolderLock}; {@link
 * io.kvapp.engine.file.WorkerThread}, since an interrupt closes file channels; {@link
 * io.kvapp.engine.file.RefCounted}, its {@link io.kvapp.engine.file.Lease} and {@link
 * io.kvapp.engine.file.Unmapper}, which give mappings back; {@link
 * io.kvapp.engine.file.TrustedLookup}; {@link io.kvapp.engine.file.StoreFailures} and {@link
 * io.kvapp.engine.file.Progress}; {@link io.kvapp.engine.file.StackRoom} and {@link
 * io.kvapp.engine.file.Shortage}, for callers short of stack or memory. Depends on the exceptions
 * of {@code io.kvapp} alone.
 */
package io.kvapp.engine.file;
