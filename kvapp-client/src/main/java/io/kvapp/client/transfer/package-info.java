/** Exports in folders; of this library and its kin alone. */
package io.kvapp.client.transfer;
