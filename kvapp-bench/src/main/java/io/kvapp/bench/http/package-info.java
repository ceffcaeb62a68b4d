/** Servers with an HTTP interface, measured in turns by wrk. */
package io.kvapp.bench.http;
