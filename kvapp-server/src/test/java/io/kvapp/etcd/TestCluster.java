package io.kvapp.etcd;

import java.nio.file.Path;

/**
 * A cluster of one member behind a relay, for tests of what stands on a store there.
 *
 * <p>Used by one thread.
 */
public final class TestCluster implements AutoCloseable {
  private final EtcdNode node;
  private final Relay relay;

  private TestCluster(EtcdNode node) {
    this.node = node;
    relay = new Relay(node.clientPort());
  }

  /** Starts one with its data in a folder, and these arguments besides its own. */
  public static TestCluster start(Path folder, String... arguments) {
    return new TestCluster(EtcdNode.alone(folder).with(arguments).start());
  }

  /** The URI of the store with this prefix. */
  public String uri(String prefix) {
    return "etcd://127.0.0.1:" + relay.port() + "/" + prefix;
  }

  /** Loses all answers from the request on that holds this text, until the next start. */
  public void loseAnswersFrom(String text) {
    relay.swallowFrom(text, Relay.Swallowed.ANSWERS);
  }

  /** Ends the member at once, so that there is no majority. */
  public void stop() {
    node.kill();
  }

  /** Starts the member again, with the data it had. */
  public void startAgain() {
    relay.swallow(Relay.Swallowed.NOTHING);
    node.start();
  }

  @Override
  public void close() {
    relay.close();
    node.close();
  }
}
