package io.kvapp.server.command.remote;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.client.RemoteStore;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.json.JsonOutput;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * A server and a token for it: signs in, renews the token when half of its life is over, opens the
 * store, and reads what no store has.
 *
 * <p>Safe for any thread once it has a user.
 */
public final class ServerConnection {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration RESPONSE = Duration.ofSeconds(60);
  private static final int MAX_PROBLEM_BYTES = 1 << 20;

  private final String server;
  private final TokenFile file;
  private final Duration patience;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
  private String user;
  private String password;
  private TokenFile.Kept kept;

  ServerConnection(URI uri, TokenFile file) {
    this(uri, file, RESPONSE);
  }

  /**
   * A connection to a server.
   *
   * @param patience how long to wait for the head of a response, and for each piece of its body
   */
  ServerConnection(URI uri, TokenFile file, Duration patience) {
    this.server = name(uri);
    this.file = file;
    this.patience = patience;
    this.kept = file.of(server).orElse(null);
  }

  /** A server's URL without a slash at its end. */
  static String name(URI uri) {
    return uri.toString().replaceFirst("/+$", "");
  }

  /**
   * Does nothing if the server answers.
   *
   * @throws KVException.Untrusted if it cannot be used over TLS
   * @throws KVException.Unavailable if it does not
   */
  void requireReachable() {
    HttpRequest request = request("/healthz", null).build();
    try {
      client.send(request, BodyHandlers.discarding());
    } catch (SSLException failure) {
      throw new KVException.Untrusted(
          ("the server %s cannot be used over TLS (%s); name a host that its certificate names, and"
                  + " trust its issuer by KVAPP_OPTS=-Djavax.net.ssl.trustStore=FILE; kvapp doctor"
                  + " --server says more")
              .formatted(server, words(failure)),
          failure);
    } catch (IOException failure) {
      throw new KVException.Unavailable(
          "cannot reach the server %s (%s); start it with kvapp serve, name another with --server,"
                  .formatted(server, words(failure))
              + " or work on a folder with --data",
          failure);
    } catch (InterruptedException interrupted) {
      throw ended(interrupted);
    }
  }

  /** Signs in with a password, at once and whenever the token is old; keeps no token in a file. */
  void as(String name, String secret) {
    user = name;
    password = secret;
    kept = signIn();
  }

  /** Signs in with a password, and keeps the token for later commands. */
  void login(String name, String secret) {
    as(name, secret);
    file.keep(server, kept);
  }

  private TokenFile.Kept signIn() {
    Map<String, Object> credentials = new LinkedHashMap<>();
    credentials.put("user", user);
    credentials.put("password", password);
    return issue(null, BodyPublishers.ofString(JsonOutput.text(credentials)));
  }

  private TokenFile.Kept issue(String token, BodyPublisher body) {
    HttpRequest request = request("/v1/auth", token).POST(body).build();
    try (InputStream response = send(request)) {
      JsonObject issued = parsed(response.readAllBytes());
      Instant now = Instant.now();
      Instant end = Instant.parse(issued.get("expires_at").getAsString());
      return new TokenFile.Kept(
          issued.get("token").getAsString(), now.plus(Duration.between(now, end).dividedBy(2)));
    } catch (IOException | JsonParseException | IllegalStateException | DateTimeException failure) {
      throw new KVException(
          "the sign-in at " + server + " has no token (" + failure.getMessage() + ")", failure);
    }
  }

  /** The token, renewed where it is old; null for none. */
  public synchronized String token() {
    if (kept == null || Instant.now().isBefore(kept.renewAt())) {
      return kept == null ? null : kept.token();
    }
    if (user != null) {
      kept = signIn();
    } else {
      try {
        kept = issue(kept.token(), BodyPublishers.noBody());
        file.keep(server, kept);
      } catch (HttpException | KVException refused) {
        // The request that the token is for tells whether it still counts.
        kept = new TokenFile.Kept(kept.token(), Instant.MAX);
      }
    }
    return kept.token();
  }

  /** The store of the server; the caller closes it. */
  public KVStore open() {
    return RemoteStore.builder(URI.create(server)).token(this::token).timeout(patience).open();
  }

  /**
   * The body of the response to a GET, as it comes; the caller closes it.
   *
   * @param target path and query
   * @throws HttpException what the server refuses it with
   * @throws KVException.Unavailable if the server does not answer
   */
  public InputStream get(String target) {
    return send(request(target, token()).build());
  }

  /**
   * The JSON object that the server answers a GET with: its members in order, of which objects are
   * maps and arrays are lists.
   *
   * @param target path and query
   * @throws HttpException what the server refuses it with
   */
  public Map<String, Object> object(String target) {
    try (InputStream body = get(target)) {
      return members(parsed(body.readAllBytes()));
    } catch (IOException | JsonParseException | IllegalStateException failure) {
      throw new KVException(
          "%s answers %s with no JSON object (%s)".formatted(server, target, failure.getMessage()),
          failure);
    }
  }

  private static JsonObject parsed(byte[] text) {
    return JsonParser.parseString(new String(text, StandardCharsets.UTF_8)).getAsJsonObject();
  }

  private static Map<String, Object> members(JsonObject object) {
    Map<String, Object> members = new LinkedHashMap<>();
    object.entrySet().forEach(member -> members.put(member.getKey(), value(member.getValue())));
    return members;
  }

  private static Object value(JsonElement element) {
    if (element.isJsonObject()) {
      return members(element.getAsJsonObject());
    }
    if (element.isJsonArray()) {
      return element.getAsJsonArray().asList().stream().map(ServerConnection::value).toList();
    }
    if (element.isJsonNull()) {
      return null;
    }
    JsonPrimitive primitive = element.getAsJsonPrimitive();
    if (primitive.isBoolean()) {
      return primitive.getAsBoolean();
    }
    return primitive.isNumber() ? primitive.getAsLong() : primitive.getAsString();
  }

  private HttpRequest.Builder request(String target, String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + target)).timeout(patience);
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private InputStream send(HttpRequest request) {
    try {
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      if (response.statusCode() == 200) {
        return new WatchedStream(response.body(), patience);
      }
      try (InputStream body = new WatchedStream(response.body(), patience)) {
        throw refusal(response.statusCode(), body.readNBytes(MAX_PROBLEM_BYTES));
      }
    } catch (IOException failure) {
      throw new KVException.Unavailable(
          "lost the connection to the server %s (%s); repeat it".formatted(server, words(failure)),
          failure);
    } catch (InterruptedException interrupted) {
      throw ended(interrupted);
    }
  }

  /** The problem that a server answers with. */
  private RuntimeException refusal(int status, byte[] body) {
    try {
      JsonObject problem = parsed(body);
      String code = problem.get("code").getAsString();
      String detail = problem.get("detail").getAsString();
      return code.startsWith("token-")
          ? new KVException.NotSignedIn(detail)
          : new HttpException(status, code, detail);
    } catch (JsonParseException | IllegalStateException | NullPointerException foreign) {
      return new KVException(
          "%s answers with status %d and is no KVApp server with /v1; name another with --server"
              .formatted(server, status),
          foreign);
    }
  }

  private static KVException ended(InterruptedException interrupted) {
    Thread.currentThread().interrupt();
    return new KVException("the command was interrupted", interrupted);
  }

  /** What went wrong, also where the JDK has no message for it. */
  private static String words(Throwable failure) {
    Throwable told = failure;
    while (told.getMessage() == null && told.getCause() != null) {
      told = told.getCause();
    }
    if (told instanceof UnresolvedAddressException) {
      return "unknown host";
    }
    if (told.getMessage() != null) {
      return told.getMessage();
    }
    return failure instanceof ConnectException ? "connection refused" : "the connection ended";
  }
}
