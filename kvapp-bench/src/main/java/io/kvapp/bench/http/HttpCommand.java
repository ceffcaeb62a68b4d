package io.kvapp.bench.http;

import io.kvapp.bench.process.Subprocess;
import io.kvapp.bench.report.MeasuringCommand;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
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
      for (JvmServer server : JvmServer.values()) {
        targets.add(server.start(work));
      }
      if (Subprocess.areInstalled("redis-server", "webdis")) {
        targets.add(Webdis.start(work));
      } else {
        absent.add(Webdis.TITLE);
      }
      if (Subprocess.areInstalled("etcd")) {
        targets.add(Etcd.start(work));
      } else {
        absent.add(Etcd.TITLE);
      }
      Entries entries = Entries.of(isFull() ? FULL_ENTRIES : SHORT_ENTRIES);
      new HttpRun(targets, entries, new Wrk(work), samples)
          .run(HttpWorkload.all(isFull()), rounds(), byMode(millis, 2_000, 5_000));
    } finally {
      targets.forEach(HttpTarget::close);
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
