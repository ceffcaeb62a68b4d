package io.kvapp.server.auth.gate;

import io.kvapp.KVException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Which machines can reach an address that a server listens on.
 *
 * <p>All methods may be called from any thread.
 */
public final class BindScope {
  private BindScope() {}

  /**
   * Whether only this machine can connect to {@code host}.
   *
   * @throws KVException if the host is not known
   */
  public static boolean isThisMachineOnly(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      throw new KVException(
          "host " + host + " is not known; name an address or a name of this machine", unknown);
    }
  }
}
