package io.kvapp.bench.http;

import java.nio.file.Path;

/** The servers that run on a JVM, each in one of its own: see {@link HttpWorker}. */
enum JvmServer {
  /** KVApp with its endpoint. */
  KVAPP("KVApp", true) {
    @Override
    Running start(Path folder) {
      return new KVAppServer(folder);
    }
  },

  /** A constant answer over KVApp's connection code: what is left of KVApp without its work. */
  CONNECTION("constant: KVApp's connection", false) {
    @Override
    Running start(Path folder) {
      return ConstantServers.connection();
    }
  },

  /** A constant answer of the JDK's server. */
  JDK("constant: JDK HttpServer", false) {
    @Override
    Running start(Path folder) throws Exception {
      return ConstantServers.jdk();
    }
  },

  /** A constant answer of Jetty. */
  JETTY("constant: Jetty", false) {
    @Override
    Running start(Path folder) throws Exception {
      return JettyServer.start();
    }
  },

  /** A constant answer of Netty. */
  NETTY("constant: Netty", false) {
    @Override
    Running start(Path folder) throws Exception {
      return NettyServer.start();
    }
  };

  /** A server that listens. */
  interface Running extends AutoCloseable {
    int port();

    /** What a request must carry in {@code x-access-tokens}; empty for nothing. */
    default String token() {
      return "";
    }

    /** Writes an entry. */
    default void put(String key, String value) {}
  }

  private final String title;
  private final boolean store;

  JvmServer(String title, boolean store) {
    this.title = title;
    this.store = store;
  }

  String title() {
    return title;
  }

  /** Whether it holds entries; else it answers everything the same. */
  boolean isStore() {
    return store;
  }

  abstract Running start(Path folder) throws Exception;
}
