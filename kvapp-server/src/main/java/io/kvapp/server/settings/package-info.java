/**
 * What users hand to {@link io.kvapp.server.HttpEndpoint}: limits and deadlines, how tokens are
 * made and checked, and where the certificate is. Plain immutable values that depend on nothing.
 *
 * <p>Read {@link io.kvapp.server.settings.HttpSetting} first, which declares every limit once; then
 * {@link io.kvapp.server.settings.AuthSettings} and {@link io.kvapp.server.settings.TlsSettings}.
 */
package io.kvapp.server.settings;
