/** The HTTP endpoint, which {@link io.kvapp.KVServer} finds by itself. */
@SuppressWarnings("requires-automatic") // NanoHTTPD's and jose4j's jars are all that there is
module io.kvapp.server {
  requires transitive io.kvapp.core;
  requires com.google.gson;
  requires java.logging; // for NanoHTTPD
  requires nanohttpd;
  requires org.jose4j;
  requires org.slf4j;
  requires static info.picocli; // for the runnable jar alone
  requires static io.kvapp.client; // likewise

  exports io.kvapp.server;
  exports io.kvapp.server.settings;

  opens io.kvapp.server.auth.users to
      com.google.gson;

  provides io.kvapp.Endpoint with
      io.kvapp.server.HttpEndpoint;
}
