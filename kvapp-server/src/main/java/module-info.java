/** The HTTP endpoint, which {@link io.kvapp.KVServer} finds by itself. */
@SuppressWarnings("requires-automatic") // the jars of libraries are all that there is
module io.kvapp.server {
  requires transitive io.kvapp.core;
  requires com.google.gson;
  requires io.prometheus.metrics.core;
  requires io.prometheus.metrics.instrumentation.jvm;
  requires io.prometheus.metrics.model;
  requires io.prometheus.writer.text;
  requires java.logging; // for NanoHTTPD
  requires nanohttpd;
  requires org.jose4j;
  requires org.slf4j;
  requires static info.picocli; // for the runnable jar alone
  requires static io.kvapp.client; // likewise
  requires static java.net.http; // likewise

  exports io.kvapp.server;
  exports io.kvapp.server.settings;

  opens io.kvapp.server.auth.users to
      com.google.gson;

  provides io.kvapp.Endpoint with
      io.kvapp.server.HttpEndpoint;
}
