package io.kvapp.server.command.doctor;

import io.kvapp.StoreInspection;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Runs the checks that a setup calls for, one after the other.
 *
 * <p>For one thread; used once.
 */
public final class Doctor {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final List<Check> checks;

  Doctor(List<Check> checks) {
    this.checks = checks;
  }

  /** A doctor for a setup. */
  public static Doctor of(Setup setup) {
    List<Check> checks = new ArrayList<>();
    setup.local().ifPresent(local -> checks.addAll(ofThisMachine(local, setup.mayRun())));
    setup
        .remote()
        .ifPresent(
            remote ->
                checks.add(new ServerCheck(remote, trusted(), CLOCK, System::nanoTime, PATIENCE)));
    return new Doctor(checks);
  }

  /** Finds everything. A check that fails by itself is a finding too, and the others go on. */
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (Check check : checks) {
      try {
        findings.addAll(check.findings());
      } catch (RuntimeException failure) {
        findings.add(
            Finding.fail(
                "doctor",
                check.getClass().getSimpleName() + " has failed: " + failure,
                "report it with what the other lines say"));
      }
    }
    return findings;
  }

  private static List<Check> ofThisMachine(Setup.Local local, boolean mayRun) {
    Optional<Path> folder = local.folder();
    Optional<StoreInspection> store = folder.map(StoreInspection::of);
    List<Check> checks = new ArrayList<>();
    checks.add(new JvmCheck(Runtime.version(), store.flatMap(StoreInspection::jvmFault)));
    if (folder.isPresent()) {
      checks.add(new FolderCheck(folder.get(), local.isNamed()));
      checks.add(new StoreCheck(folder.get(), store.get(), mayRun, StoreCheck.MAX_READ_BYTES));
      checks.add(new DiskCheck(folder.get(), store.get(), DiskCheck::volume));
      checks.add(new SyncCheck(folder.get(), local.readOnly(), System::nanoTime));
      checks.add(new ClockCheck(folder.get(), CLOCK));
    }
    List<Finding> ofCluster =
        local.store().map(uri -> new ClusterCheck(uri).findings()).orElse(List.of());
    checks.add(() -> ofCluster);
    checks.add(new PortCheck(local.host(), local.port(), mayRun));
    checks.add(new UsersCheck(local.auth(), local.host()));
    checks.add(new KeyCheck(local.auth(), folder, !ofCluster.isEmpty()));
    checks.add(new CertificateCheck(local.tls(), local.host(), CLOCK));
    checks.add(new OpenFilesCheck(local.limits(), OpenFilesCheck.ofThisProcess()));
    checks.add(new HeapCheck(local.limits(), Runtime.getRuntime().maxMemory()));
    return checks;
  }

  /** What this JVM trusts. */
  private static SSLContext trusted() {
    try {
      return SSLContext.getDefault();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("TLS is not available here", missing);
    }
  }
}
