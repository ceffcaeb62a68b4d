/**
 * Sign-in and authentication: {@link io.kvapp.server.auth.Authenticator} puts users, passwords,
 * tokens and the gate together.
 */
package io.kvapp.server.auth;
