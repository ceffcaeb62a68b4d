package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kvapp.KVException;
import io.kvapp.KVServer;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs child JVMs, since this one is open already. */
final class ModuleAccessTest {
  private static final String WITHOUT_COMPILER =
      "java.base,java.management,java.naming,jdk.jfr,jdk.unsupported";

  @TempDir Path folder;
  private String theirClassPath = "";

  /** What a child runs: a whole life of a store; says what it has left in the JVM's properties. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      TimeZone.getDefault(); // which the JDK makes a property
      Set<String> before = System.getProperties().stringPropertyNames();
      for (int i = 0; i < 2; i++) {
        KVServer.Builder builder = KVServer.builder().dataFolder(Path.of(arguments[0]));
        try (KVServer server = builder.withoutEndpoint().build().start()) {
          server.store().put("key", "found");
          System.out.print(i == 0 ? "" : server.store().get("key").orElseThrow());
        }
      }
      Set<String> left = new TreeSet<>(System.getProperties().stringPropertyNames());
      left.removeAll(before);
      System.out.print(" " + left);
    }
  }

  @Test
  void open_noFlagsNoCompiler_worksWithoutAWordOrAProperty() throws Exception {
    // A trap for Chronicle, which would else take system properties from the current folder.
    Files.writeString(folder.resolve("system.properties"), "kvapp.trap=sprung");
    assertThat(run("--limit-modules", WITHOUT_COMPILER)).isEqualTo("found []");
    try (var left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("store", "system.properties");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"java.management", "java.naming", "jdk.jfr", "jdk.unsupported"})
  void open_runtimeWithoutAModule_namesIt(String module) throws Exception {
    assertThat(run("--limit-modules", WITHOUT_COMPILER.replace("," + module, "")))
        .contains("needs " + module + ", which this Java runtime does not have");
  }

  @Test
  void open_turnedOff_namesEveryFlagInOneLine() throws Exception {
    String line = refusal(run("-Dkvapp.openModules=false"));
    assertThat(line)
        .contains("--add-opens=java.base/java.lang=ALL-UNNAMED")
        .contains("--add-opens=java.base/java.lang.reflect=ALL-UNNAMED")
        .contains("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");

    List<String> flags = new ArrayList<>(List.of("-Dkvapp.openModules=false"));
    for (String word : line.split(" ")) {
      if (word.startsWith("--add-")) {
        flags.add(word);
      }
    }
    assertThat(run(flags.toArray(String[]::new))).contains("found []");
  }

  @Test
  void open_unsafeDenied_namesTheFlag() throws Exception {
    assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(24);
    assertThat(refusal(run("--sun-misc-unsafe-memory-access=deny")))
        .endsWith("start it with --sun-misc-unsafe-memory-access=allow");
    assertThat(refusal(run("--sun-misc-unsafe-memory-access=deny", "-Dkvapp.openModules=false")))
        .contains("--add-opens=java.base/java.lang=ALL-UNNAMED")
        .endsWith(" --sun-misc-unsafe-memory-access=allow");
  }

  @Test
  void open_underASecurityManager_saysSo() throws Exception {
    assumeThat(Runtime.version().feature()).isLessThan(24);
    Path files = folder.resolve("files.policy");
    Files.writeString(
        files,
        """
        grant {
          permission java.io.FilePermission "<<ALL FILES>>", "read,write,delete,execute";
          permission java.util.PropertyPermission "*", "read,write";
        };
        """);
    assertThat(refusal(run("-Djava.security.manager", "-Djava.security.policy==" + files)))
        .contains("--add-opens=java.base/java.lang=ALL-UNNAMED")
        .endsWith(" and without a security manager");

    Path all = folder.resolve("all.policy");
    Files.writeString(all, "grant { permission java.security.AllPermission; };");
    assertThat(run("-Djava.security.manager", "-Djava.security.policy==" + all))
        .endsWith("found []");
  }

  @Test
  void open_applicationBringsChronicleValues_theyStay() throws Exception {
    Path source = folder.resolve("Values.java");
    Files.writeString(
        source,
        """
        package net.openhft.chronicle.values;

        public class Values {
          public static boolean isValueInterfaceOrImplClass(Class<?> type) {
            return false;
          }

          public static Class<?> nativeClassFor(Class<?> type) throws Exception {
            return Class.forName(type.getName() + "$$Native");
          }

          public static <T> T newNativeReference(Class<T> type) throws Exception {
            System.out.print("theirs ");
            return type.cast(nativeClassFor(type).getConstructor().newInstance());
          }
        }
        """);
    Path classes = folder.resolve("classes");
    ToolProvider.getSystemJavaCompiler()
        .run(null, null, null, "-d", classes.toString(), source.toString());
    theirClassPath = classes + File.pathSeparator;

    assertThat(run()).startsWith("theirs ").endsWith("found []");
  }

  @Test
  void ownClasses_areInNoPackageOfChronicle() throws Exception {
    URI classes = KVServer.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    try (var files = Files.walk(Path.of(classes))) {
      assertThat(files.filter(Files::isRegularFile).map(Path.of(classes)::relativize))
          .allMatch(file -> file.startsWith("io/kvapp") || !file.toString().contains("openhft"));
    }
  }

  /** The one line about the one exception. */
  private static String refusal(String output) {
    List<String> exceptions =
        output.lines().filter(line -> line.startsWith("Exception in thread")).toList();
    assertThat(exceptions).as(output).hasSize(1);
    assertThat(exceptions.get(0)).contains(KVException.class.getName() + ": ");
    assertThat(output).doesNotContain("InaccessibleObjectException", "ExceptionInInitializerError");
    return exceptions.get(0);
  }

  private String run(String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    // No logger is on the class path, of which slf4j would tell; and a home that stays empty.
    command.addAll(
        List.of(
            "-Dslf4j.internal.verbosity=ERROR",
            "-Dorg.slf4j.simpleLogger.log.net.openhft=warn",
            "-Duser.home=" + folder));
    command.add("-cp");
    command.add(theirClassPath + absolute(System.getProperty("java.class.path")));
    command.addAll(List.of(Child.class.getName(), folder.resolve("store").toString()));
    Process child =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    child.waitFor();
    return output;
  }

  private static String absolute(String classPath) {
    List<String> parts = new ArrayList<>();
    for (String part : classPath.split(File.pathSeparator)) {
      parts.add(Path.of(part).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, parts);
  }
}
