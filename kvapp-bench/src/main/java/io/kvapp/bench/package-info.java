/** The command line of the benchmarks, which measure KVApp beside its peers. */
package io.kvapp.bench;
