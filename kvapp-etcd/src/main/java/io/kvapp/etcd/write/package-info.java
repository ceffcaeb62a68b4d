/**
 * Writes, each made exactly once: {@code Transactions} turns operations on entries into
 * transactions of the cluster, and {@code WriteOnce} sends each of them with a receipt of a {@code
 * Writer}. {@code Upkeep} renews the writer's lease and has the {@code Sweeper} remove what has
 * expired.
 */
package io.kvapp.etcd.write;
