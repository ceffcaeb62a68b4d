package io.kvapp.server.failure;

import java.util.Map;

/**
 * Why a request failed, in no form yet.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param status the HTTP status
 * @param code tells programs the reason, and never changes
 * @param detail one line for people; names no file, token or password
 * @param headers of the response, besides those of its form
 * @param members what goes with the code, as {@link io.kvapp.server.http.message.HttpException} has
 *     it
 */
public record Failure(
    int status,
    String code,
    String detail,
    Map<String, String> headers,
    Map<String, Object> members) {
  /** A failure with nothing but its status, code and detail. */
  Failure(int status, String code, String detail) {
    this(status, code, detail, Map.of(), Map.of());
  }
}
