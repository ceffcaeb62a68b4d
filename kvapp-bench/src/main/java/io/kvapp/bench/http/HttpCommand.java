package io.kvapp.bench.http;

import io.kvapp.bench.http.HttpWorkload.Kind;
import io.kvapp.bench.process.Folders;
import io.kvapp.bench.report.Machine;
import io.kvapp.bench.report.Plots;
import io.kvapp.bench.report.ResultFiles;
import io.kvapp.bench.report.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures KVApp over HTTP beside other stores with an HTTP face. */
@Command(
    name = "http",
    description = "Measures KVApp over HTTP beside other stores with an HTTP face.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class HttpCommand implements Callable<Integer> {
  private static final int SHORT_ENTRIES = 20_000;
  private static final int FULL_ENTRIES = 100_000;

  /** How much is measured. */
  enum Mode {
    SHORT,
    FULL
  }

  @Parameters(index = "0", description = "How much is measured: ${COMPLETION-CANDIDATES}.")
  private Mode mode;

  @Option(names = "--rounds", description = "Measurements of each; 3 or 5 by mode.")
  private Integer rounds;

  @Option(names = "--millis", description = "Length of one; 2000 or 5000 by mode.")
  private Integer millis;

  @Option(names = "--work", description = "Where the servers' data lies; it is emptied.")
  private Path work = Path.of("kvapp-bench", "target", "bench-work");

  @Option(names = "--results", description = "Where the results are written.")
  private Path results = Path.of("kvapp-bench", "target", "bench-results");

  private HttpCommand() {}

  @Override
  public Integer call() throws Exception {
    if (!Wrk.isInstalled()) {
      System.err.println("wrk is not on the path; install it (Debian: apt-get install wrk)");
      return 1;
    }
    boolean full = mode == Mode.FULL;
    Path folder = work.toAbsolutePath();
    Folders.empty(folder);
    Map<String, String> circumstances = Machine.circumstances(folder);
    Samples samples = new Samples();
    List<String> absent = new ArrayList<>();
    List<HttpTarget> targets = new ArrayList<>();
    try {
      start(folder, targets, absent);
      new HttpRun(
              targets,
              new Entries(full ? FULL_ENTRIES : SHORT_ENTRIES),
              new Wrk(folder),
              rounds != null ? rounds : full ? 5 : 3,
              millis != null ? millis : full ? 5_000 : 2_000,
              samples)
          .run(workloads(full));
    } finally {
      targets.forEach(HttpTarget::close);
      ResultFiles.write(results, "http", circumstances, samples);
    }
    String report = new HttpReport(samples, absent).toString();
    Files.writeString(results.resolve("http.md"), report);
    String subject = JvmServer.KVAPP.title();
    List<String> others =
        targets.stream().map(HttpTarget::title).filter(title -> !title.equals(subject)).toList();
    Plots.write(results, "http", samples, subject, others);
    System.out.println(report);
    return 0;
  }

  private static void start(Path folder, List<HttpTarget> targets, List<String> absent)
      throws IOException, InterruptedException {
    for (JvmServer server : JvmServer.values()) {
      targets.add(JvmTarget.start(server, folder));
    }
    if (WebdisTarget.isInstalled()) {
      targets.add(WebdisTarget.start(folder));
    } else {
      absent.add("Redis + webdis");
    }
    if (EtcdTarget.isInstalled()) {
      targets.add(EtcdTarget.start(folder));
    } else {
      absent.add("etcd gateway");
    }
  }

  private static List<HttpWorkload> workloads(boolean full) {
    List<HttpWorkload> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (int connections : full ? new int[] {1, 16, 128} : new int[] {1, 16}) {
        all.add(new HttpWorkload(kind, connections, false));
      }
    }
    // Over many connections, so that the wait of each is long enough for wrk's milliseconds.
    if (!full) {
      all.add(new HttpWorkload(Kind.GET, 128, false));
    }
    all.add(new HttpWorkload(Kind.GET, 128, true));
    return all;
  }
}
