/**
 * Backups: {@link io.kvapp.engine.transfer.BackupFiles} writes SSTables and a manifest to a folder
 * that is a complete store, and reads such a folder for a restore.
 */
package io.kvapp.engine.transfer;
