/**
 * Opening what is damaged, and finding damage.
 *
 * <p>In reading order: {@link io.kvapp.engine.repair.Repair} makes an SSTable of all that can be
 * read, by a {@code SalvageCursor} for each file and a {@code RevisionMergeCursor} over them;
 * {@link io.kvapp.engine.repair.Verification} compares the parts of an open store. Depends on every
 * folder from {@code file} to {@code hashtable}.
 */
package io.kvapp.engine.repair;
