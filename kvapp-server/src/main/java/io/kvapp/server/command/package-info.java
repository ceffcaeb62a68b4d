/**
 * The command line of the runnable jar.
 *
 * <p>{@link io.kvapp.server.command.Main} runs {@link io.kvapp.server.command.ServeCommand}, which
 * serves a store; its subcommands edit users, keep keys, and do what {@link
 * io.kvapp.server.command.data} has for stores.
 */
package io.kvapp.server.command;
