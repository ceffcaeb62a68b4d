package io.kvapp.etcd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the store on etcd may know, and what it shows. */
final class EtcdArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(EtcdStore.class.getProtectionDomain().getCodeSource().getLocation());

  @Test
  void store_knowsTheFaceOfTheStoreItsModelEtcdAndTheJdkAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.kvapp",
            "io.kvapp.client.transfer",
            "io.kvapp.engine.model",
            "io.kvapp.etcd",
            "io.etcd.jetcd.api",
            "io.grpc",
            "io.grpc.netty",
            "com.google.protobuf",
            "org.slf4j",
            "java..",
            "javax..")
        .check(CLASSES);
  }

  @Test
  void publicClasses_areTheStoreAndItsProvider() {
    Set<String> shown =
        CLASSES.stream()
            .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
            .map(each -> each.reflect().getSimpleName())
            .collect(Collectors.toSet());
    assertThat(shown).containsExactlyInAnyOrder("EtcdStore", "EtcdStoreProvider");
  }
}
