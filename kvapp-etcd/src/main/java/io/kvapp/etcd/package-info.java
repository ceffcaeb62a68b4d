/**
 * The store on an etcd cluster. {@link io.kvapp.etcd.EtcdStore} is the store; everything else is
 * internal.
 *
 * <p>The packages in reading order, each depending only on those before it: {@code layout} (how
 * entries lie in etcd), {@code settings} (what a URI says), {@code cluster} (calls of the members),
 * {@code write} (each write made exactly once), {@code read}, {@code changes}, {@code doctor}, and
 * this package, which puts them together.
 */
package io.kvapp.etcd;
