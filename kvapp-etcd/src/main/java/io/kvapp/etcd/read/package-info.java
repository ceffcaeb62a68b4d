/**
 * Reads of many entries at one revision: {@code PageReader} reads pages and counts, and {@code
 * Windows} says how far ahead it asks.
 */
package io.kvapp.etcd.read;
