package io.kvapp.server.tls;

import io.kvapp.server.HostileLatency;
import io.kvapp.server.command.ChildServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The part of {@link HostileLatency} that speaks TLS. */
public final class HostileTls {
  private HostileTls() {}

  /** Whether small requests are answered in time; prints a row. */
  public static boolean run(Path folder, List<String> jvmOptions) throws Exception {
    Path ownFolder = Files.createDirectory(folder.resolve("tls"));
    TestCertificates certificates = TestCertificates.make(ownFolder, "server", "-keyalg", "EC");
    certificates.pemFiles(ownFolder);
    String[] options = {
      "--tls-cert", ownFolder.resolve("server.crt").toString(),
      "--tls-key", ownFolder.resolve("server.key").toString()
    };
    try (ChildServer server = ChildServer.start(ownFolder, jvmOptions, options)) {
      return HostileLatency.overTls(server, TestCertificates.trusting(certificates));
    }
  }
}
