/**
 * What has changed: {@code EtcdChanges} is what callers of {@code changes()} get. A {@code Watch}
 * is a stream of changes from the cluster, and {@code Revised} is what one revision has changed.
 */
package io.kvapp.etcd.changes;
