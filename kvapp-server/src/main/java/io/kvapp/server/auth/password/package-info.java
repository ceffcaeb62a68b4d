/**
 * Checks passwords at a bounded cost.
 *
 * <p>{@link io.kvapp.server.auth.password.PasswordCheck} finds the user of credentials; a login
 * throttle slows guessing down, and bounded work keeps password hashes from taking all processors.
 */
package io.kvapp.server.auth.password;
