/**
 * The import of Python {@code dbm.dumb} databases, in which the Python KVApp keeps its entries,
 * into any {@link io.kvapp.KVStore}.
 */
package io.kvapp.dbm;
