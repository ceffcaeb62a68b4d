package io.kvapp.server.tls;

import io.kvapp.KVException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The certificates of a key store file.
 *
 * <p>Immutable, safe for any thread.
 */
record KeyStoreFile(Path file, String password) implements CertificateSource {
  @Override
  public X509ExtendedKeyManager read() throws IOException {
    char[] characters = password.toCharArray();
    try {
      KeyStore store = load(characters);
      requireKey(store);
      return keyManager(store, characters);
    } catch (UnrecoverableKeyException wrongPassword) {
      throw new KVException(
          "the password does not open the keys of key store "
              + file
              + "; they need the password of the store",
          wrongPassword);
    } catch (GeneralSecurityException unusable) {
      throw new KVException(
          "key store " + file + " cannot be used: " + unusable.getMessage(), unusable);
    } finally {
      Arrays.fill(characters, '\0');
    }
  }

  /** The key manager that picks from the keys of {@code store}. */
  static X509ExtendedKeyManager keyManager(KeyStore store, char[] password)
      throws GeneralSecurityException {
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, password);
    for (KeyManager manager : factory.getKeyManagers()) {
      if (manager instanceof X509ExtendedKeyManager found) {
        return found;
      }
    }
    throw new KeyStoreException("no key manager for X.509 certificates");
  }

  private KeyStore load(char[] characters) throws IOException, GeneralSecurityException {
    if (!Files.exists(file)) {
      throw new KVException("key store " + file + " cannot be read: there is no such file");
    }
    try {
      return KeyStore.getInstance(file.toFile(), characters);
    } catch (KeyStoreException unknownType) {
      throw new KVException(
          "key store " + file + " is neither PKCS#12 nor another type that Java knows",
          unknownType);
    } catch (IOException unreadable) {
      if (unreadable.getCause() instanceof UnrecoverableKeyException) {
        throw new KVException("the password does not open key store " + file, unreadable);
      }
      throw unreadable;
    }
  }

  private void requireKey(KeyStore store) throws KeyStoreException {
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias)) {
        for (Certificate certificate : store.getCertificateChain(alias)) {
          CertificateDates.warnIfOver(file, (X509Certificate) certificate);
        }
        return;
      }
    }
    throw new KVException("key store " + file + " holds no private key with a certificate");
  }

  /** Names the file only. */
  @Override
  public String toString() {
    return "KeyStoreFile[" + file + "]";
  }
}
