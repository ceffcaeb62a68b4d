/** The console: the page that a browser gets at the root of the server, and its files. */
package io.kvapp.server.console;
