/**
 * What the URI of a store says: {@code EtcdSettings} is the cluster and how it is used, {@code
 * Credentials} how connections are secured, and {@code EtcdLimits} what fits into a request.
 */
package io.kvapp.etcd.settings;
