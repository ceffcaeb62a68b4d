/**
 * Calls of the members of a cluster: {@code Cluster} makes them, each until its {@code Deadline},
 * with the parts of {@code Requests}; one that fails is a {@code CallException}.
 */
package io.kvapp.etcd.cluster;
