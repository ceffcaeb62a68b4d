/**
 * What goes in and out as a whole: {@link io.kvapp.server.transfer.ImportRun} takes in an export,
 * {@link io.kvapp.server.transfer.Backups} makes backups and reads them again.
 */
package io.kvapp.server.transfer;
