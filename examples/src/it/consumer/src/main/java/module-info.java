/** A stranger's program is a module too, on the module path; on the class path this does nothing. */
module demo.consumer {
  requires io.kvapp.core;
  requires io.kvapp.server;
  requires java.net.http;
}
