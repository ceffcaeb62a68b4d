package io.kvapp.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.kvapp.PackageOrder;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which package may know which, and which of them may know a library. */
@Tag("once")
final class ServerArchitectureTest {
  private static final String ROOT = "io.kvapp.server";

  /** Every package, each depending only on those before it, so that there are no cycles. */
  private static final List<String> ORDER =
      List.of(
          ROOT + ".settings",
          ROOT + ".file",
          ROOT + ".http.message",
          ROOT + ".http.connection",
          ROOT + ".tls",
          ROOT + ".auth.users",
          ROOT + ".auth.password",
          ROOT + ".auth.token",
          ROOT + ".auth.gate",
          ROOT + ".auth",
          ROOT + ".http.routing",
          ROOT + ".json",
          ROOT + ".failure",
          ROOT + ".service",
          ROOT + ".transfer",
          ROOT + ".classic",
          ROOT + ".v1",
          ROOT + ".ops",
          ROOT + ".console",
          ROOT,
          ROOT + ".command.doctor",
          ROOT + ".command.terminal",
          ROOT + ".command.remote",
          ROOT + ".command.data",
          ROOT + ".command");

  /** The main classes alone: tests lie elsewhere. */
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(HttpEndpoint.class.getProtectionDomain().getCodeSource().getLocation());

  @Test
  void packages_all_areInTheOrder() {
    new PackageOrder(CLASSES, ORDER).requireAll();
  }

  @Test
  void packages_each_dependsOnlyOnThoseBeforeIt() {
    new PackageOrder(CLASSES, ORDER).requireNoDependencyOnLaterOnes();
  }

  @Test
  void libraries_each_areKnownInFewPackages() {
    onlyIn("fi.iki.elonen..", ROOT + ".http.connection");
    onlyIn("com.google.gson..", ROOT + ".json", ROOT + ".auth.users", ROOT + ".command.remote");
    onlyIn("org.jose4j..", ROOT + ".auth.token");
    onlyIn("io.prometheus..", ROOT + ".ops");
    onlyIn(
        "picocli..",
        ROOT + ".command",
        ROOT + ".command.terminal",
        ROOT + ".command.remote",
        ROOT + ".command.data");
    onlyIn("io.kvapp.client..", ROOT + ".command.remote");
  }

  @Test
  void engine_isUnknown() {
    noClasses().should().dependOnClassesThat().resideInAPackage("io.kvapp.engine..").check(CLASSES);
  }

  @Test
  void handlers_knowNoConnections() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + ".http.routing",
            ROOT + ".json",
            ROOT + ".failure",
            ROOT + ".service",
            ROOT + ".transfer",
            ROOT + ".classic",
            ROOT + ".v1",
            ROOT + ".ops",
            ROOT + ".console")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("fi.iki.elonen..", ROOT + ".http.connection", ROOT + ".tls", "java.net")
        .check(CLASSES);
  }

  @Test
  void simpleNames_areUsedOnce() {
    List<String> names =
        CLASSES.stream()
            .filter(each -> each.isTopLevelClass() && !each.getSimpleName().equals("package-info"))
            .map(each -> each.getSimpleName())
            .toList();
    assertThat(names).doesNotHaveDuplicates();
  }

  private static void onlyIn(String library, String... packages) {
    classes()
        .that()
        .resideOutsideOfPackages(packages)
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackage(library)
        .check(CLASSES);
  }
}
