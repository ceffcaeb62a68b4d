/**
 * The store on an etcd cluster. {@link io.kvapp.etcd.EtcdStore} is the store; {@code Layout} and
 * {@code StoredValue} say how it lies in etcd; {@code Cluster} makes calls, {@code WriteOnce} those
 * that write, each exactly once; {@code PageReader} scans; {@code EtcdChanges} follows changes;
 * {@code Sweeper} removes what has expired.
 */
package io.kvapp.etcd;
