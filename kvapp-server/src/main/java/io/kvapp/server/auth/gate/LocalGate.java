package io.kvapp.server.auth.gate;

import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The gate of a server without users, before every path: it lets programs of this machine in, and
 * keeps out what only passes through this machine. That is a request from elsewhere, one that a
 * proxy or tunnel has forwarded, one that was meant for another host, and one of a web page from
 * another origin.
 *
 * <p>A browser says that a page sent the request: by {@code Origin} where the page could read the
 * response or change something, by {@code Sec-Fetch-Site} otherwise, too. To a browser, all ports
 * of this machine are one site; but they belong to different programs, so {@code same-site} is kept
 * out like {@code cross-site}. Programs that are no browsers send neither header. A link of another
 * page may open the pages that are named, which hold no data.
 *
 * <p>All methods may be called from any thread.
 */
public final class LocalGate implements Handler {
  private static final List<String> FORWARDING = List.of("forwarded", "via", "x-real-ip");
  private static final String FORWARDING_PREFIX = "x-forwarded-";
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

  private final AllowedHosts hosts;
  private final TrustedProxies proxies;
  private final Set<String> origins;
  private final String scheme;
  private final Set<String> pages;
  private final Handler inner;

  /**
   * A gate before {@code inner}.
   *
   * @param hosts what the header {@code Host} may name
   * @param proxies those that may forward requests
   * @param origins the web pages that may use the server, besides its own
   * @param scheme of the server's own origin: {@code http} or {@code https}
   * @param pages the paths that any page may link to
   */
  public LocalGate(
      AllowedHosts hosts,
      TrustedProxies proxies,
      Collection<String> origins,
      String scheme,
      Set<String> pages,
      Handler inner) {
    this.hosts = hosts;
    this.proxies = proxies;
    this.origins = Set.copyOf(origins);
    this.scheme = scheme;
    this.pages = Set.copyOf(pages);
    this.inner = inner;
  }

  /**
   * The response of the handler behind the gate.
   *
   * @throws HttpException.Forbidden if the request may not pass; the message says why and what to
   *     set
   */
  @Override
  public Response handle(Request request) {
    String host = request.header("host");
    if (!hosts.isAllowed(host)) {
      throw new HttpException.Forbidden(
          "wrong-host",
          "without users, the Host of a request must be localhost or another name of this machine;"
              + " if this one is, start the server with --allowed-host NAME");
    }
    if (isForwarded(request) && !proxies.areTrusted(request.remote())) {
      throw new HttpException.Forbidden(
          "proxied",
          "without users, no request is taken from a proxy or tunnel, as it may come from anywhere;"
              + " start the server with --users FILE, or name a proxy that only this machine"
              + " reaches with --trusted-proxy ADDRESS");
    }
    if (!proxies.clientAddress(request).isLoopbackAddress()) {
      throw new HttpException.Forbidden(
          "proxied",
          "without users, requests are answered on this machine only; start the server with --users"
              + " FILE");
    }
    if (!isOfOwnPageOrNone(request, host)) {
      throw new HttpException.Forbidden(
          "cross-origin",
          "without users, web pages of other origins are kept out; if this one may read and write"
              + " everything, start the server with --cors-origin ORIGIN");
    }
    return inner.handle(request);
  }

  @Override
  public boolean isProbe(Request request) {
    return inner.isProbe(request);
  }

  @Override
  public Response error(Throwable failure, Request request) {
    return inner.error(failure, request);
  }

  private static boolean isForwarded(Request request) {
    return request.hasHeaderBeginning(FORWARDING_PREFIX)
        || FORWARDING.stream().anyMatch(name -> request.header(name) != null);
  }

  private boolean isOfOwnPageOrNone(Request request, String host) {
    String origin = request.header("origin");
    if (origin != null) {
      return origins.contains(origin) || origin.equalsIgnoreCase(scheme + "://" + host);
    }
    String site = request.header("sec-fetch-site");
    return site == null || OWN_SITE.contains(site) || isLinkFollowed(request);
  }

  /** Whether a browser shows one of the pages in a window, in place of what was there. */
  private boolean isLinkFollowed(Request request) {
    return pages.contains(request.path())
        && request.method().equals("GET")
        && "navigate".equals(request.header("sec-fetch-mode"))
        && "document".equals(request.header("sec-fetch-dest"));
  }
}
