package io.kvapp.server.v1;

import java.util.Optional;

/**
 * A request of the v1 face that is refused: a status, the code that programs switch on, and one
 * line for people. There is no stack trace, because any client can cause a refusal at will.
 *
 * <p>Immutable, safe for any thread.
 */
final class V1Exception extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;
  private final String parameter;

  private V1Exception(int status, String code, String parameter, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
    this.parameter = parameter;
  }

  /** A refusal that names no parameter. */
  static V1Exception of(int status, String code, String detail) {
    return new V1Exception(status, code, null, detail);
  }

  /** A parameter whose value is not what belongs there. */
  static V1Exception badParameter(String parameter, String detail) {
    return new V1Exception(400, "bad-parameter", parameter, detail);
  }

  /** A parameter that is not taken here, or not twice. */
  static V1Exception unknownParameter(String parameter, String detail) {
    return new V1Exception(400, "unknown-parameter", parameter, detail);
  }

  /** The HTTP status. */
  int status() {
    return status;
  }

  /** The code, which never changes. */
  String code() {
    return code;
  }

  /** The parameter at fault, where there is one. */
  Optional<String> parameter() {
    return Optional.ofNullable(parameter);
  }
}
