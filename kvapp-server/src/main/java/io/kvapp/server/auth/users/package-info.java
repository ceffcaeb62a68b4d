/**
 * Users and callers. A {@link io.kvapp.server.auth.users.User} is an account in the users file; a
 * {@link io.kvapp.server.auth.users.Caller} is the authenticated side of one request, with what it
 * may do.
 *
 * <p>{@link io.kvapp.server.auth.users.UsersFile} reads and writes the file, {@link
 * io.kvapp.server.auth.users.UserRegister} edits it.
 */
package io.kvapp.server.auth.users;
