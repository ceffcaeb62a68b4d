package io.kvapp.server.command.doctor;

import io.kvapp.server.command.doctor.RawHttp.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * A server as a client sees it: name, connection, TLS, health, speed, clock, and what a proxy in
 * between does to requests. Each step needs the one before; the first that fails is the last.
 *
 * <p>For one thread; used once.
 */
final class ServerCheck implements Check {
  private static final int GETS = 50;
  private static final long SLOW_NANOS = 200_000_000;
  private static final Duration MAX_CLOCK_DIFFERENCE = Duration.ofSeconds(5);
  private static final String KEY_PATH = "/v1/kv?key=kvapp-doctor";

  private final URI server;
  private final Optional<String> basic;
  private final Optional<String> kept;
  private final SSLContext trusted;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Duration patience;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * A check.
   *
   * @param patience how long to wait for a connection, and for each piece of an answer
   */
  ServerCheck(
      Setup.Remote remote,
      SSLContext trusted,
      InstantSource clock,
      LongSupplier nanoTime,
      Duration patience) {
    this.server = remote.url();
    this.basic = remote.basic();
    this.kept = remote.token();
    this.trusted = trusted;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.patience = patience;
  }

  @Override
  public List<Finding> findings() {
    if (!resolves()) {
      return findings;
    }
    Optional<Socket> connected = connect();
    if (connected.isEmpty()) {
      return findings;
    }
    Optional<RawHttp> connection = secure(connected.get());
    if (connection.isPresent()) {
      try (RawHttp http = connection.get()) {
        talk(http);
      } catch (IOException failure) {
        findings.add(
            Finding.fail(
                "http",
                server + " does not answer as a server: " + reason(failure),
                RawHttp.isTls(server)
                    ? "look whether a KVApp server is what listens there"
                    : "if it speaks TLS, the URL begins with https; else look what listens there"));
      }
    }
    return findings;
  }

  private boolean resolves() {
    try {
      String addresses =
          Arrays.stream(InetAddress.getAllByName(RawHttp.host(server)))
              .map(InetAddress::getHostAddress)
              .collect(Collectors.joining(", "));
      findings.add(Finding.ok("name", RawHttp.host(server) + " is " + addresses));
      return true;
    } catch (UnknownHostException unknown) {
      findings.add(
          Finding.fail(
              "name",
              "no address is known for " + RawHttp.host(server),
              "correct --server, or look at /etc/hosts and the name server"));
      return false;
    }
  }

  private Optional<Socket> connect() {
    try {
      Socket socket = RawHttp.connect(server, patience);
      findings.add(Finding.ok("connection", "port " + RawHttp.port(server) + " takes it"));
      return Optional.of(socket);
    } catch (IOException refused) {
      findings.add(
          Finding.fail(
              "connection",
              "port " + RawHttp.port(server) + " does not take it: " + reason(refused),
              "look whether the server runs, on which --host and --port, and for a firewall"));
      return Optional.empty();
    }
  }

  private Optional<RawHttp> secure(Socket socket) {
    try {
      RawHttp connection = RawHttp.over(server, socket, trusted);
      List<X509Certificate> chain = connection.certificates();
      findings.add(
          chain.isEmpty()
              ? Finding.ok("tls", "none")
              : CertificateCheck.validity(server.getHost(), chain, clock.instant()));
      return Optional.of(connection);
    } catch (IOException failure) {
      findings.add(
          Finding.fail(
              "tls",
              "the handshake fails: " + reason(failure),
              "look whether the port speaks TLS, and the certificate names "
                  + RawHttp.host(server)
                  + " and is of an issuer that this JVM trusts"
                  + " (-Djavax.net.ssl.trustStore=FILE adds others)"));
      return Optional.empty();
    }
  }

  private void talk(RawHttp http) throws IOException {
    if (!isHealthy(http)) {
      return;
    }
    isReady(http);
    String token = signIn(http);
    measure(http, token);
    findings.addAll(new ProxyCheck(this::open, token).findings());
  }

  private RawHttp open() throws IOException {
    return RawHttp.over(server, RawHttp.connect(server, patience), trusted);
  }

  private boolean isHealthy(RawHttp http) throws IOException {
    Reply reply = http.ask("GET", "/healthz", "");
    if (reply.status() != 200) {
      findings.add(
          Finding.fail(
              "healthz",
              "/healthz answers " + told(reply),
              "look whether a KVApp server is behind this URL, and at what a proxy does"));
      return false;
    }
    findings.add(Finding.ok("healthz", "the server is alive"));
    compareClock(reply);
    return true;
  }

  private void compareClock(Reply reply) {
    Instant now = clock.instant();
    try {
      Instant date =
          Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(reply.header("date").orElse("")));
      Duration difference = Duration.between(date, now).abs();
      findings.add(
          difference.compareTo(MAX_CLOCK_DIFFERENCE) > 0
              ? Finding.warn(
                  "its clock",
                  "that of the server differs by " + difference.toSeconds() + " s from this one",
                  "set both by NTP: entries expire and tokens end by the server's")
              : Finding.ok("its clock", "that of the server agrees with this one"));
    } catch (DateTimeException none) {
      findings.add(
          Finding.warn(
              "its clock",
              "the answer does not say what time it is there",
              "have the proxy pass the header Date on"));
    }
  }

  private void isReady(RawHttp http) throws IOException {
    Reply reply = http.ask("GET", "/readyz", "");
    findings.add(
        reply.status() == 200
            ? Finding.ok("readyz", "the store takes reads and writes")
            : Finding.fail(
                "readyz",
                "/readyz answers " + told(reply),
                "the server's log says why; check its disk, then start it again, without"
                    + " --read-only"));
  }

  /** Returns the header for what follows; empty where there is no token. */
  private String signIn(RawHttp http) throws IOException {
    if (basic.isEmpty()) {
      return kept.isPresent() ? tryKept(http, "Bearer " + kept.get()) : "";
    }
    byte[] credentials = basic.get().getBytes(StandardCharsets.UTF_8);
    Reply reply =
        http.ask("POST", "/v1/auth", "Basic " + Base64.getEncoder().encodeToString(credentials));
    Optional<String> token = reply.member("token");
    findings.add(
        token.isPresent()
            ? Finding.ok("sign-in", "the password is right")
            : Finding.fail(
                "sign-in", "/v1/auth answers " + told(reply), "look at --user and KVAPP_PASSWORD"));
    return token.map(text -> "Bearer " + text).orElse("");
  }

  /** Returns the header of the token that login has kept; empty where the server refuses it. */
  private String tryKept(RawHttp http, String token) throws IOException {
    Reply reply = http.ask("GET", "/v1/auth", token);
    boolean isTaken = reply.status() == 200;
    findings.add(
        isTaken
            ? Finding.ok("sign-in", "the token that login has kept counts")
            : Finding.fail(
                "sign-in",
                "/v1/auth answers " + told(reply) + " to the token that login has kept",
                "sign in again by kvapp login, or end it by kvapp logout"));
    return isTaken ? token : "";
  }

  private void measure(RawHttp http, String token) throws IOException {
    long[] nanos = new long[GETS];
    for (int i = 0; i < GETS; i++) {
      long start = nanoTime.getAsLong();
      http.ask("GET", KEY_PATH, token);
      nanos[i] = nanoTime.getAsLong() - start;
    }
    Latencies found = Latencies.of(nanos);
    String text = GETS + " gets, one after the other, took " + found;
    findings.add(
        found.p99Nanos() > SLOW_NANOS
            ? Finding.warn(
                "latency",
                text,
                "look at the way there (ping), at the proxy, and at what the server has to do")
            : Finding.ok("latency", text));
  }

  private static String told(Reply reply) {
    return reply.status()
        + reply
            .member("detail")
            .or(() -> reply.member("message"))
            .map(text -> " (" + text + ")")
            .orElse("");
  }

  /** Some exceptions of sockets have no message. */
  private static String reason(IOException failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }
}
