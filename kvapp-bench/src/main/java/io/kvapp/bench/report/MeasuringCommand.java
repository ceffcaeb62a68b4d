package io.kvapp.bench.report;

import io.kvapp.bench.process.Folders;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that measures, and leaves its figures as JSON, as tables and as plots. */
public abstract class MeasuringCommand implements Callable<Integer> {
  /** How much is measured. */
  enum Mode {
    SHORT,
    FULL
  }

  @Parameters(index = "0", description = "How much is measured: ${COMPLETION-CANDIDATES}.")
  private Mode mode;

  @Option(
      names = "--rounds",
      description = "How often each workload is measured; 3 in short mode, 5 in full mode.")
  private Integer rounds;

  @Option(names = "--work", description = "The folder of the data; it is emptied.")
  private Path work = Path.of("kvapp-bench", "target", "bench-work");

  @Option(names = "--results", description = "The folder of the results.")
  private Path results = Path.of("kvapp-bench", "target", "bench-results");

  @Option(names = "--add", description = "Keep earlier results of other measurements.")
  private boolean add;

  private final String name;
  private final String subject;

  /**
   * A command.
   *
   * @param name how the files of its results are called
   * @param subject KVApp's name in its tables
   */
  protected MeasuringCommand(String name, String subject) {
    this.name = name;
    this.subject = subject;
  }

  /** Measures, and adds the figures to {@code samples}. */
  protected abstract void measure(Path work, Samples samples) throws Exception;

  /** The subjects that KVApp is compared with in the plots. */
  protected abstract List<String> plotted(Samples samples);

  /** The tables of some figures, in Markdown. */
  protected abstract String tables(Samples samples);

  /** How often each is measured. */
  public final int rounds() {
    return byMode(rounds, 3, 5);
  }

  /** Whether all is measured, and not only as much as takes some minutes. */
  protected final boolean isFull() {
    return mode == Mode.FULL;
  }

  /** The value of an option; where it is null the default of the mode. */
  protected final <T> T byMode(T given, T ofShort, T ofFull) {
    return given != null ? given : isFull() ? ofFull : ofShort;
  }

  @Override
  public Integer call() throws Exception {
    Path folder = work.toAbsolutePath();
    Folders.empty(folder);
    Map<String, String> circumstances = Machine.circumstances(folder);
    Samples samples = new Samples();
    try {
      measure(folder, samples);
    } finally {
      if (add) {
        samples = samples.joinedWith(ResultFiles.read(results, name));
      }
      if (!samples.all().isEmpty()) {
        ResultFiles.write(results, name, circumstances, samples);
      }
    }
    String tables = tables(samples);
    ResultFiles.writePage(results, name, circumstances, samples, subject, plotted(samples), tables);
    System.out.println(tables);
    return 0;
  }
}
