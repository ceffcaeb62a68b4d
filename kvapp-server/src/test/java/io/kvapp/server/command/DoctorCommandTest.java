package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.settings.AuthSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DoctorCommandTest {
  @TempDir private Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void doctor_ofASetupThatWorks_exitsWith0_andMakesNothing() {
    assertThat(doctor("--data", temp.resolve("data").toString(), "--port", "0")).isZero();

    assertThat(out.toString().lines())
        .anySatisfy(line -> assertThat(line).startsWith("ok    jdk          "))
        .last()
        .asString()
        .matches("\\d+ ok, \\d+ warn, 0 fail");
    assertThat(temp.resolve("data")).doesNotExist();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void doctor_ofWhatFails_exitsWith1() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      String port = Integer.toString(taken.getLocalPort());

      assertThat(doctor("--in-memory", "--port", port)).isEqualTo(1);

      assertThat(out.toString()).contains("fail  port         " + port + " of localhost");
      assertThat(out.toString()).doesNotContain("folder");
    }
  }

  @Test
  void doctor_asJson_isOneObject() {
    assertThat(doctor("--in-memory", "--port", "0", "--host", "host.invalid", "--json"))
        .isEqualTo(1);

    JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(report.get("ok").getAsBoolean()).isFalse();
    JsonObject first = report.getAsJsonArray("findings").get(0).getAsJsonObject();
    assertThat(first.keySet()).containsExactly("check", "status", "found");
    assertThat(report.toString()).contains("\"fix\":\"name an address");
  }

  @Test
  void doctor_ofAServer_leavesThisMachineAlone() {
    assertThat(doctor("--server", "http://host.invalid")).isEqualTo(1);

    assertThat(out.toString().lines()).hasSize(2).first().asString().startsWith("fail  name");
  }

  @Test
  void doctor_withAServerInTheEnvironment_asksItWithTheKeptToken() throws Exception {
    Path users = temp.resolve("users.json");
    new UserRegister(users).add("ann", Role.READER, List.of(""), "a password");
    AuthSettings auth = AuthSettings.defaults().withUsersFile(users);
    HttpEndpoint endpoint = HttpEndpoint.builder().auth(auth).build();
    KVServer.Builder builder = KVServer.builder().inMemory().port(0).endpoint(endpoint);
    try (KVServer server = builder.build().start()) {
      String url = "http://localhost:" + server.port();
      CommandRun run =
          new CommandRun()
              .environment("XDG_CONFIG_HOME", temp.toString())
              .environment("KVAPP_SERVER", url);
      run.input("a password\n");
      assertThat(run.run("login", "--user", "ann").exitCode()).isZero();

      CommandRun.Done doctor = run.run("doctor");

      assertThat(doctor.out())
          .contains("ok    sign-in      the token that login has kept counts")
          .contains("ok    streams")
          .doesNotContain("jdk");
      assertThat(run.run("doctor", "--in-memory", "--port", "0").out()).contains("jdk");
      Path token = temp.resolve("kvapp/token");
      Files.writeString(token, Files.readString(token).replaceFirst(" \\S+ ", " a.b.c "));
      assertThat(run.run("doctor").out()).contains("fail  sign-in").contains("kvapp login");
    }
  }

  @Test
  void doctor_calledWrongly_exitsWith2() {
    assertThat(doctor("--server", "localhost:5000")).isEqualTo(2);
    assertThat(doctor("--server", "http://localhost", "--user", "ann")).isEqualTo(2);
    assertThat(doctor("--max-headers", "0")).isEqualTo(2);

    assertThat(err.toString())
        .contains(
            "is not the URL of a server, such as", "variable KVAPP_PASSWORD", "maxHeaders: 1 to");
  }

  /** The limits of the process and its JVM, which are those of the server that starts like it. */
  @Test
  void doctor_inANarrowProcess_saysWhatIsTooLittle() throws Exception {
    Path shell = Path.of("/bin/sh");
    Assumptions.assumeTrue(Files.exists(shell) && Files.exists(Path.of("/proc/self/limits")));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path output = temp.resolve("output");
    Process process =
        new ProcessBuilder(
                shell.toString(),
                "-c",
                "ulimit -n 150; exec \"$@\"",
                "sh",
                java,
                "-XX:TieredStopAtLevel=1",
                "-Xmx32m",
                "-Dkvapp.openModules=false",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "doctor",
                "--data",
                temp.resolve("data").toString(),
                "--port",
                "0")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      List<String> lines = Files.readAllLines(output);
      assertThat(process.exitValue()).as(String.join("\n", lines)).isEqualTo(1);
      assertThat(lines)
          .anySatisfy(
              line -> assertThat(line).startsWith("fail  java.base").contains("--add-opens"))
          .anySatisfy(line -> assertThat(line).startsWith("fail  open files   150 at most"))
          .anySatisfy(line -> assertThat(line).startsWith("warn  heap         the heap has 3"));
    } finally {
      process.destroyForcibly();
    }
  }

  private int doctor(String... arguments) {
    CommandLine commandLine = ServeCommand.commandLine();
    commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] whole = new String[arguments.length + 1];
    whole[0] = "doctor";
    System.arraycopy(arguments, 0, whole, 1, arguments.length);
    return commandLine.execute(whole);
  }
}
