/** What an export looks like, whoever writes or reads it; of the modules of KVApp alone. */
package io.kvapp.transfer;
