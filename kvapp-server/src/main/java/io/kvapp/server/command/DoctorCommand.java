package io.kvapp.server.command;

import io.kvapp.server.command.doctor.Doctor;
import io.kvapp.server.command.doctor.Finding;
import io.kvapp.server.command.doctor.Setup;
import io.kvapp.server.command.remote.ServerOption;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.json.JsonOutput;
import java.io.PrintWriter;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code kvapp doctor}: says what keeps a server from starting or working well. It
 * takes the options of {@code serve}, so that {@code doctor} in front of them looks at that server.
 *
 * <p>Not thread-safe.
 */
@Command(
    name = "doctor",
    description =
        "Says what keeps a server from starting or working well, and what to do. Takes the options"
            + " of serve, and looks at this machine; with --server, or KVAPP_SERVER and no option"
            + " of serve, at the server that runs there, as its clients see it, and at this machine"
            + " only if --data is given too. Changes nothing.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing fails", "1:something fails", "2:it was called wrongly"})
final class DoctorCommand implements Callable<Integer> {
  private static final Set<String> OF_EVERY_DOCTOR = Set.of("--server", "--user", "--json");

  private final Terminal terminal;

  @Mixin private ServerOption server;

  @Option(names = "--json", description = "Prints a JSON object.")
  private boolean json;

  @Mixin private ServerOptions store;
  @Mixin private AuthOptions auth;
  @Mixin private TlsOptions tls;
  @Mixin private HttpOptions http;

  @Spec private CommandSpec spec;

  /** A command that works with this terminal. */
  DoctorCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<Finding> findings = Doctor.of(setup(terminal.environment())).findings();
    boolean ok = count(findings, Finding.Status.FAIL) == 0;
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(ok, findings));
    } else {
      findings.forEach(finding -> out.println(finding.line()));
      out.println(summary(findings));
    }
    out.flush();
    return ok ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private static String json(boolean ok, List<Finding> findings) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("ok", ok);
    report.put("findings", members(findings));
    return JsonOutput.text(report);
  }

  private static List<Map<String, Object>> members(List<Finding> findings) {
    return findings.stream().map(Finding::members).toList();
  }

  private static String summary(List<Finding> findings) {
    return "%d ok, %d warn, %d fail"
        .formatted(
            count(findings, Finding.Status.OK),
            count(findings, Finding.Status.WARN),
            count(findings, Finding.Status.FAIL));
  }

  private static long count(List<Finding> findings, Finding.Status status) {
    return findings.stream().filter(finding -> finding.status() == status).count();
  }

  private Setup setup(Map<String, String> environment) {
    try {
      boolean isRemote = server.isOnCommandLine() || server.isNamed(terminal) && !isOfServe();
      boolean isLocal = !isRemote || store.namesDataFolder();
      return new Setup(
          isLocal
              ? Optional.of(
                  store.setup(
                      auth.settings(environment),
                      tls.settings(environment),
                      HttpOptions.settings(spec)))
              : Optional.empty(),
          isRemote ? Optional.of(remote(environment)) : Optional.empty());
    } catch (IllegalArgumentException outOfRange) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), outOfRange.getMessage(), outOfRange);
    }
  }

  /** Whether the command line says how a server would be started here. */
  private boolean isOfServe() {
    return spec.commandLine().getParseResult().matchedOptions().stream()
        .anyMatch(option -> !OF_EVERY_DOCTOR.contains(option.longestName()));
  }

  private Setup.Remote remote(Map<String, String> environment) {
    URI uri = server.uri(spec, terminal);
    if (!ServerOption.isHttp(uri)) {
      throw new IllegalArgumentException(
          "--server: a URL such as http://localhost:5000 or https://kv.example.org");
    }
    Optional<String> credentials = server.credentials(spec, terminal);
    return new Setup.Remote(
        uri,
        credentials,
        credentials.isPresent() ? Optional.empty() : ServerOption.keptToken(uri, environment));
  }
}
