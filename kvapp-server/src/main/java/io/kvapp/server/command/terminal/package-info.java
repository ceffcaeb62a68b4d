/**
 * What is between a command and the person or pipe that uses it: {@link
 * io.kvapp.server.command.terminal.Terminal} has the streams and the environment of the process,
 * {@link io.kvapp.server.command.terminal.OneLineErrors} tells what went wrong.
 */
package io.kvapp.server.command.terminal;
