/** Figures, and the files, tables and plots that are made of them. */
package io.kvapp.bench.report;
