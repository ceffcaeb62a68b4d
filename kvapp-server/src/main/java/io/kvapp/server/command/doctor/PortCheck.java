package io.kvapp.server.command.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Whether a server can listen on an address, and who does if it cannot.
 *
 * <p>For one thread; used once.
 */
final class PortCheck implements Check {
  /** Ports below are for root. */
  private static final int PRIVILEGED = 1024;

  private final String host;
  private final int port;
  private final boolean mayRun;

  /**
   * A check.
   *
   * @param mayRun whether a server may listen there, as it should
   */
  PortCheck(String host, int port, boolean mayRun) {
    this.host = host;
    this.port = port;
    this.mayRun = mayRun;
  }

  @Override
  public List<Finding> findings() {
    return List.of(finding());
  }

  private Finding finding() {
    try {
      InetAddress address = InetAddress.getByName(host);
      if (!isOfThisMachine(address)) {
        return Finding.fail(
            "port",
            "host " + host + " is " + address.getHostAddress() + ", which is not of this machine",
            "name an address of this machine with --host, 0.0.0.0 for all of them");
      }
      return bound(address);
    } catch (UnknownHostException unknown) {
      return Finding.fail(
          "port",
          "host " + host + " is not known",
          "name an address or a name of this machine with --host");
    }
  }

  private static boolean isOfThisMachine(InetAddress address) {
    try {
      return address.isAnyLocalAddress()
          || address.isLoopbackAddress()
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unknown) {
      return true;
    }
  }

  private Finding bound(InetAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(address, port));
      return Finding.ok("port", port == 0 ? "any free one" : port + " of " + host + " is free");
    } catch (IOException refused) {
      Optional<String> holder = PortHolder.of(port);
      if (holder.isPresent() && mayRun) {
        return Finding.ok("port", port + " is taken by " + holder.get());
      }
      return Finding.fail(
          "port",
          port
              + " of "
              + host
              + " cannot be listened on"
              + holder
                  .map(found -> ": it is taken by " + found)
                  .orElse(" (" + refused.getMessage() + ")"),
          port > 0 && port < PRIVILEGED && holder.isEmpty()
              ? "below 1024 a user other than root needs the capability CAP_NET_BIND_SERVICE; or"
                  + " choose another one with --port"
              : "stop what has it, or choose another one with --port");
    }
  }
}
