/**
 * Looks at a cluster and says what to do about it: {@code Examination} calls the members, {@code
 * MemberMetrics} reads what they tell over HTTP.
 */
package io.kvapp.etcd.doctor;
