package io.kvapp.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.kvapp.PackageOrder;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the client may know, which of its packages may know which, and what it shows. */
@Tag("once")
final class ClientArchitectureTest {
  private static final String ROOT = "io.kvapp.client";

  /** Every package, each depending only on those before it, so that there are no cycles. */
  private static final List<String> ORDER =
      List.of(
          ROOT + ".json",
          ROOT + ".transfer",
          ROOT + ".settings",
          ROOT + ".http.message",
          ROOT + ".http.connection",
          ROOT + ".call",
          ROOT);

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(RemoteStore.class.getProtectionDomain().getCodeSource().getLocation());

  @Test
  void client_knowsTheFaceOfTheStoreGsonAndTheJdkAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.kvapp", "io.kvapp.transfer", ROOT + "..", "com.google.gson..", "java..", "javax..")
        .check(CLASSES);
  }

  @Test
  void packages_all_areInTheOrder() {
    new PackageOrder(CLASSES, ORDER).requireAll();
  }

  @Test
  void packages_each_dependsOnlyOnThoseBeforeIt() {
    new PackageOrder(CLASSES, ORDER).requireNoDependencyOnLaterOnes();
  }

  @Test
  void publicClasses_areTheStoreItsBuilderAndItsProvider() {
    Set<String> shown =
        CLASSES.stream()
            .filter(each -> each.getPackageName().equals(ROOT))
            .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
            .map(each -> each.reflect().getSimpleName())
            .collect(Collectors.toSet());
    assertThat(shown)
        .containsExactlyInAnyOrder("RemoteStore", "RemoteStoreBuilder", "RemoteStoreProvider");
  }
}
