/**
 * Looks for what keeps a server from starting or working well, and says what to do about it.
 *
 * <p>{@link io.kvapp.server.command.doctor.Doctor} runs one {@link
 * io.kvapp.server.command.doctor.Check} after the other on a {@link
 * io.kvapp.server.command.doctor.Setup}, which the options describe: first those of this machine,
 * from the JVM and the data folder to the limits, then those of a server that runs, as a client
 * sees it. No check changes a data folder.
 */
package io.kvapp.server.command.doctor;
