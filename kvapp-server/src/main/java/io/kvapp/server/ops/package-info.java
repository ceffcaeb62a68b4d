/** What operators and orchestrators ask: whether the server is alive. */
package io.kvapp.server.ops;
