package io.kvapp.server.command;

import io.kvapp.server.command.doctor.Doctor;
import io.kvapp.server.command.doctor.Finding;
import io.kvapp.server.command.doctor.Setup;
import io.kvapp.server.json.JsonOutput;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            + " of serve. Changes nothing.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing fails", "1:something fails", "2:it was called wrongly"})
final class DoctorCommand implements Callable<Integer> {
  private static final String PASSWORD = "KVAPP_PASSWORD";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "Looks at the server that runs there, as its clients see it; at this machine only if"
              + " --data is given too.")
  private String url;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "The user to ask the server as; the environment variable "
              + PASSWORD
              + " has the"
              + " password.")
  private String user;

  @Option(names = "--json", description = "Prints a JSON object.")
  private boolean json;

  @Mixin private ServerOptions store;
  @Mixin private AuthOptions auth;
  @Mixin private TlsOptions tls;
  @Mixin private HttpOptions http;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<Finding> findings = Doctor.of(setup(System.getenv())).findings();
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
      boolean isLocal = url == null || store.namesDataFolder();
      return new Setup(
          isLocal
              ? Optional.of(
                  store.setup(
                      auth.settings(environment),
                      tls.settings(environment),
                      HttpOptions.settings(spec)))
              : Optional.empty(),
          Optional.ofNullable(url).map(text -> remote(text, environment)));
    } catch (IllegalArgumentException outOfRange) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), outOfRange.getMessage(), outOfRange);
    }
  }

  private Setup.Remote remote(String text, Map<String, String> environment) {
    Optional<String> password = Optional.ofNullable(environment.get(PASSWORD));
    if (user != null && password.isEmpty()) {
      throw new IllegalArgumentException(
          "--user needs the password in the environment variable " + PASSWORD);
    }
    return new Setup.Remote(
        url(text), Optional.ofNullable(user).map(name -> name + ":" + password.orElseThrow()));
  }

  private static URI url(String text) {
    try {
      URI found = new URI(text);
      if (found.getHost() != null && String.valueOf(found.getScheme()).matches("(?i)https?")) {
        return found;
      }
    } catch (URISyntaxException malformed) {
      // Refused below.
    }
    throw new IllegalArgumentException(
        "--server: a URL such as http://localhost:5000 or https://kv.example.org");
  }
}
