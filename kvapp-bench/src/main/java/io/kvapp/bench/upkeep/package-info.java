/** What a store does with its disk, and how it reads behind many deletes. */
package io.kvapp.bench.upkeep;
