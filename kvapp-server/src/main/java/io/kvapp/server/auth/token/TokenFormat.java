package io.kvapp.server.auth.token;

import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.settings.AuthSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;

/**
 * Callers as signed JSON web tokens, and back. HS256 is the only algorithm.
 *
 * <p>All methods may be called from any thread.
 */
public final class TokenFormat {
  /** How far two clocks may be apart. */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  public static final int MAX_TOKEN_CHARS = 4_096;
  private static final int MAX_USER_CHARS = 256;

  private static final String USER = "user";
  private static final String ROLE = "role";
  private static final String PREFIXES = "prefixes";
  private static final String STAMP = "stamp";
  private static final String SESSION_BEGUN = "auth_time";

  private static final AlgorithmConstraints HS256_ONLY =
      new AlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256);

  // 43 characters are the 256 bits of an HS256 signature and two bits more. A base64 decoder drops
  // those two, so that four spellings would name one signature; the last character rules out three.
  private static final Pattern COMPACT =
      Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]{42}[AEIMQUYcgkosw048]");

  private TokenFormat() {}

  /** A token without the beginning of a session. */
  public static String sign(
      Caller caller, Optional<String> stamp, Instant now, Duration lifetime, SecretKey key) {
    return sign(caller, stamp, Optional.empty(), now, lifetime, key);
  }

  /**
   * A token for {@code caller}, valid for {@code lifetime} from {@code now}.
   *
   * @param stamp tells this entry of the user from later entries
   * @param sessionBegun when the password was given; empty where the token is not to say so
   */
  public static String sign(
      Caller caller,
      Optional<String> stamp,
      Optional<Instant> sessionBegun,
      Instant now,
      Duration lifetime,
      SecretKey key) {
    JwtClaims claims = new JwtClaims();
    claims.setStringClaim(USER, caller.user());
    claims.setStringClaim(ROLE, caller.role().word());
    if (!caller.readsEverything()) {
      claims.setStringListClaim(PREFIXES, caller.prefixes());
    }
    stamp.ifPresent(text -> claims.setStringClaim(STAMP, text));
    sessionBegun.ifPresent(begun -> claims.setClaim(SESSION_BEGUN, begun.getEpochSecond()));
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(now.plus(lifetime).getEpochSecond()));
    JsonWebSignature signature = new JsonWebSignature();
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
    signature.setHeader("typ", "JWT");
    signature.setPayload(claims.toJson());
    signature.setKey(key);
    try {
      return signature.getCompactSerialization();
    } catch (JoseException impossible) {
      throw new IllegalStateException("a token cannot be signed", impossible);
    }
  }

  /** What {@code token} says, if it is one of ours and valid at {@code now}. */
  public static Optional<VerifiedToken> verify(String token, Instant now, SecretKey key) {
    return verify(token, now, CLOCK_SKEW, key);
  }

  /** What {@code token} says, if it is one of ours and has expired by {@code grace} at most. */
  public static Optional<VerifiedToken> verify(
      String token, Instant now, Duration grace, SecretKey key) {
    if (token.length() > MAX_TOKEN_CHARS || !COMPACT.matcher(token).matches()) {
      return Optional.empty();
    }
    try {
      JwtClaims claims =
          new JwtConsumerBuilder()
              .setJwsAlgorithmConstraints(HS256_ONLY)
              .setVerificationKey(key)
              .setRequireExpirationTime()
              .setMaxFutureValidityInMinutes((int) AuthSettings.MAX_TOKEN_LIFETIME.toMinutes())
              .setAllowedClockSkewInSeconds((int) grace.toSeconds())
              .setEvaluationTime(NumericDate.fromSeconds(now.getEpochSecond()))
              .build()
              .processToClaims(token);
      long end = claims.getExpirationTime().getValue() + CLOCK_SKEW.toSeconds();
      Optional<String> stamp = Optional.ofNullable(claims.getStringClaimValue(STAMP));
      long begun = sessionBegun(claims);
      return caller(claims).map(caller -> new VerifiedToken(caller, stamp, begun, end));
    } catch (InvalidJwtException | MalformedClaimException invalid) {
      // Its message quotes the token, so it goes no further.
      return Optional.empty();
    }
  }

  /** When the session began; at the epoch where the token does not say at all. */
  private static long sessionBegun(JwtClaims claims) throws MalformedClaimException {
    NumericDate begun =
        claims.hasClaim(SESSION_BEGUN)
            ? claims.getNumericDateClaimValue(SESSION_BEGUN)
            : claims.getIssuedAt();
    return begun == null ? 0 : begun.getValue();
  }

  private static Optional<Caller> caller(JwtClaims claims) throws MalformedClaimException {
    String user = claims.getStringClaimValue(USER);
    if (user == null || user.isEmpty() || user.length() > MAX_USER_CHARS) {
      return Optional.empty();
    }
    Map<String, Object> named = claims.getClaimsMap();
    if (named.containsValue(null)) {
      return Optional.empty();
    }
    List<String> prefixes =
        named.containsKey(PREFIXES) ? claims.getStringListClaimValue(PREFIXES) : List.of("");
    String role = named.containsKey(ROLE) ? claims.getStringClaimValue(ROLE) : Role.WRITER.word();
    if (prefixes.stream().anyMatch(Objects::isNull)) {
      return Optional.empty();
    }
    return Role.of(role).map(known -> new Caller(user, known, prefixes));
  }
}
