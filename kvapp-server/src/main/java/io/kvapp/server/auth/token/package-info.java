/**
 * Tokens: signed, verified, and cached once they are verified.
 *
 * <p>{@link io.kvapp.server.auth.token.TokenFormat} signs and reads a token with one of the {@link
 * io.kvapp.server.auth.token.SigningKeys}. {@link io.kvapp.server.auth.token.AuthStateSource}
 * follows the files of keys and users, and {@link io.kvapp.server.auth.token.TokenVerifier} checks
 * tokens against them.
 */
package io.kvapp.server.auth.token;
