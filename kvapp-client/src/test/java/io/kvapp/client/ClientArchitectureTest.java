package io.kvapp.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the client may know, and what it shows. */
@Tag("once")
final class ClientArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(RemoteStore.class.getProtectionDomain().getCodeSource().getLocation());

  @Test
  void client_knowsTheFaceOfTheStoreGsonAndTheJdkAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.kvapp", "io.kvapp.client..", "com.google.gson..", "java..", "javax..")
        .check(CLASSES);
  }

  @Test
  void publicClasses_areTheStoreItsBuilderAndItsProvider() {
    Set<String> shown =
        CLASSES.stream()
            .filter(each -> each.getPackageName().equals("io.kvapp.client"))
            .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
            .map(each -> each.reflect().getSimpleName())
            .collect(Collectors.toSet());
    assertThat(shown)
        .containsExactlyInAnyOrder("RemoteStore", "RemoteStoreBuilder", "RemoteStoreProvider");
  }
}
