/**
 * How entries lie in etcd: {@code Layout} says under which keys, {@code StoredValue} with which
 * bytes.
 */
package io.kvapp.etcd.layout;
