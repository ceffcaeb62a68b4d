/**
 * Backups: {@link io.kvapp.engine.transfer.BackupFiles} writes SSTables and a manifest to a folder
 * that is a complete store, and reads such a folder for a restore. Bulk loads: {@link
 * io.kvapp.engine.transfer.BulkWriter} sorts entries into an SSTable.
 */
package io.kvapp.engine.transfer;
