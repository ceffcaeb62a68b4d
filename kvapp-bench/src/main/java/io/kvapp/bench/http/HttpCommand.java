package io.kvapp.bench.http;

import io.kvapp.bench.process.Subprocess;
import io.kvapp.bench.report.MeasuringCommand;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures KVApp over HTTP beside other stores with an HTTP interface. */
@Command(
    name = "http",
    description = "Measures KVApp over HTTP beside other stores with an HTTP interface.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class HttpCommand extends MeasuringCommand {
  private static final int SHORT_ENTRIES = 20_000;
  private static final int FULL_ENTRIES = 100_000;
  private static final int SHORT_TRANSFER_ENTRIES = 100_000;
  private static final int FULL_TRANSFER_ENTRIES = 300_000;
  private static final int MIN_WATCH_MILLIS = 5_000;
  private static final List<String> IDLE_TITLES =
      List.of(JvmServer.KVAPP.title(), JvmServer.NETTY.title());

  /** A part of the measurements. */
  enum Part {
    /** Requests of each kind, by wrk. */
    REQUESTS,
    /** The Java client beside wrk. */
    CLIENT,
    /** Watchers beside writers. */
    WATCH,
    /** Export and import. */
    TRANSFER,
    /** Connections without requests. */
    IDLE
  }

  @Option(names = "--parts", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
  private List<Part> parts = Arrays.asList(Part.values());

  @Option(
      names = "--servers",
      split = ",",
      description = "Only these beside KVApp: CONNECTION, JDK, JETTY, NETTY, REDIS, ETCD.")
  private List<String> servers =
      List.of("CONNECTION", "JDK", "JETTY", "NETTY", Webdis.NAME, Etcd.NAME);

  @Option(names = "--only", split = ",", description = "Only these requests, such as GET/16.")
  private List<String> only = List.of();

  @Option(
      names = "--millis",
      description = "Length of a measurement; 2000 in short mode, 5000 in full mode.")
  private Integer millis;

  private final List<String> absent = new ArrayList<>();

  private HttpCommand() {
    super("http", JvmServer.KVAPP.title());
  }

  @Override
  protected void measure(Path work, Samples samples) throws Exception {
    if (!Subprocess.areInstalled("wrk")) {
      throw new IllegalStateException(
          "wrk is not on the path; install it (Debian: apt-get install wrk)");
    }
    List<HttpTarget> targets = new ArrayList<>();
    try {
      start(work, targets);
      measure(work, targets, samples);
    } finally {
      targets.forEach(HttpTarget::close);
    }
  }

  private void start(Path work, List<HttpTarget> targets) throws Exception {
    HttpTarget kvapp = JvmServer.KVAPP.start(work);
    targets.add(kvapp);
    targets.add(JvmServer.classic(kvapp));
    for (JvmServer server : JvmServer.values()) {
      if (servers.contains(server.name())) {
        targets.add(server.start(work));
      }
    }
    if (servers.contains(Webdis.NAME)) {
      if (Subprocess.areInstalled("redis-server", "webdis")) {
        targets.add(Webdis.start(work));
      } else {
        absent.add(Webdis.TITLE);
      }
    }
    if (servers.contains(Etcd.NAME)) {
      if (Subprocess.areInstalled("etcd")) {
        targets.add(Etcd.start(work));
      } else {
        absent.add(Etcd.TITLE);
      }
    }
  }

  private void measure(Path work, List<HttpTarget> targets, Samples samples) throws Exception {
    Entries entries = Entries.of(isFull() ? FULL_ENTRIES : SHORT_ENTRIES);
    int length = byMode(millis, 2_000, 5_000);
    if (parts.contains(Part.REQUESTS)) {
      List<HttpWorkload> workloads = new ArrayList<>(HttpWorkload.all(isFull()));
      workloads.removeIf(each -> !only.isEmpty() && !only.contains(each.name()));
      new HttpRun(targets, entries, new Wrk(work), samples).run(workloads, rounds(), length);
    }
    if (parts.contains(Part.CLIENT)) {
      new ClientRun(targets.get(0), entries, new Wrk(work), samples).run(rounds(), length);
    }
    if (parts.contains(Part.WATCH)) {
      new WatchRun(targets, samples).run(rounds(), Math.max(length, MIN_WATCH_MILLIS));
    }
    if (parts.contains(Part.TRANSFER)) {
      int count = isFull() ? FULL_TRANSFER_ENTRIES : SHORT_TRANSFER_ENTRIES;
      new TransferRun(targets.get(0), count, samples).run(rounds());
    }
    if (parts.contains(Part.IDLE)) {
      for (HttpTarget target : targets) {
        if (IDLE_TITLES.contains(target.title())) {
          new IdleRun(target, entries.keys().get(0), samples).run();
        }
      }
    }
  }

  @Override
  protected List<String> plotted(Samples samples) {
    return samples.distinct(Sample::subject).stream()
        .filter(subject -> !subject.equals(JvmServer.KVAPP.title()))
        .toList();
  }

  @Override
  protected String tables(Samples samples) {
    return HttpReport.of(samples, plotted(samples), absent);
  }
}
