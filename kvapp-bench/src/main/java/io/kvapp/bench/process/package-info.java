/** Processes under measurement, and the protocol of commands that worker JVMs obey. */
package io.kvapp.bench.process;
