/** What operators and orchestrators ask: whether the server is alive and ready. */
package io.kvapp.server.ops;
