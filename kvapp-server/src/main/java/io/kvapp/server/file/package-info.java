/**
 * Files of secrets, and files that may change while the server runs.
 *
 * <p>{@link io.kvapp.server.file.OwnerOnlyFile} writes a file as a whole, {@link
 * io.kvapp.server.file.LockedFile} changes it together with other processes, and {@link
 * io.kvapp.server.file.WatchedFiles} reads files again when they have changed.
 */
package io.kvapp.server.file;
