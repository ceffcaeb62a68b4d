package io.kvapp.server.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The key manager of a server whose certificate may change. A handshake asks for an alias first and
 * for the certificate and the key of that alias then, and all three have to come from one version
 * of the files: so an alias names the version that it is from, and the one before the newest is
 * still known.
 *
 * <p>All methods may be called from any thread.
 */
final class ReloadingKeyManager extends X509ExtendedKeyManager {
  private static final char SEPARATOR = ':';

  private final Supplier<X509ExtendedKeyManager> source;
  private volatile Versions versions;

  /** The newest version of the files, and the one before it, which is null at first. */
  private record Versions(long number, X509ExtendedKeyManager newest, X509ExtendedKeyManager last) {
    X509ExtendedKeyManager of(long wanted) {
      return wanted == number ? newest : wanted == number - 1 ? last : null;
    }
  }

  ReloadingKeyManager(Supplier<X509ExtendedKeyManager> source) {
    this.source = source;
    this.versions = new Versions(0, source.get(), null);
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    Versions current = current();
    return named(current, current.newest().chooseServerAlias(keyType, issuers, socket));
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    Versions current = current();
    return named(current, current.newest().chooseEngineServerAlias(keyType, issuers, engine));
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    X509ExtendedKeyManager manager = manager(alias);
    return manager == null ? null : manager.getCertificateChain(inner(alias));
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    X509ExtendedKeyManager manager = manager(alias);
    return manager == null ? null : manager.getPrivateKey(inner(alias));
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    Versions current = current();
    String[] aliases = current.newest().getServerAliases(keyType, issuers);
    if (aliases == null) {
      return null;
    }
    String[] named = new String[aliases.length];
    for (int index = 0; index < aliases.length; index++) {
      named[index] = named(current, aliases[index]);
    }
    return named;
  }

  /** None: a server has no certificate to show as a client. */
  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return null;
  }

  /** None: a server has no certificate to show as a client. */
  @Override
  public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
    return null;
  }

  private Versions current() {
    X509ExtendedKeyManager found = source.get();
    Versions current = versions;
    return current.newest() == found ? current : replaced(found);
  }

  private synchronized Versions replaced(X509ExtendedKeyManager found) {
    Versions current = versions;
    if (current.newest() != found) {
      current = new Versions(current.number() + 1, found, current.newest());
      versions = current;
    }
    return current;
  }

  private X509ExtendedKeyManager manager(String alias) {
    int separator = alias.indexOf(SEPARATOR);
    return separator < 0 ? null : versions.of(Long.parseLong(alias.substring(0, separator)));
  }

  private static String named(Versions versions, String alias) {
    return alias == null ? null : versions.number() + "" + SEPARATOR + alias;
  }

  private static String inner(String alias) {
    return alias.substring(alias.indexOf(SEPARATOR) + 1);
  }
}
