package io.kvapp;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.kvapp.engine.file.Disk;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Holds the order of the folders and who may touch what. */
@Tag("once")
class CoreArchitectureTest {
  /** Each depends only on those before it. */
  private static final List<String> FOLDERS =
      List.of(
          "io.kvapp",
          "io.kvapp.dbm",
          "io.kvapp.transfer",
          "io.kvapp.engine.event",
          "io.kvapp.engine.file",
          "io.kvapp.engine.model",
          "io.kvapp.engine.changes",
          "io.kvapp.engine.journal",
          "io.kvapp.engine.memtable",
          "io.kvapp.engine.sstable",
          "io.kvapp.engine.tree",
          "io.kvapp.engine.hashtable",
          "io.kvapp.engine.repair",
          "io.kvapp.engine.transfer",
          "io.kvapp.engine.memory",
          "io.kvapp.engine");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.kvapp");

  @Test
  void folder_dependsOnlyOnThoseBeforeIt() {
    new PackageOrder(CLASSES, FOLDERS).requireNoDependencyOnLaterOnes();
  }

  @Test
  void folders_areAllInTheOrder() {
    new PackageOrder(CLASSES, FOLDERS).requireAll();
  }

  @Test
  void folders_haveNoCircle() {
    slices().matching("io.kvapp.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void chronicle_appearsInHashtableOnly() {
    noClasses()
        .that(resideOutsideOfPackage("io.kvapp.engine.hashtable"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("net.openhft..")
        .check(CLASSES);
  }

  @Test
  void engine_knowsNoHttp() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net.http..", "com.sun.net.httpserver..", "fi.iki..")
        .check(CLASSES);
  }

  /** What changes a file: only {@link Disk} may, so that a test can make each change fail. */
  @Test
  void filesOfTheTruth_areChangedByDiskOnly() {
    Set<String> changing =
        Set.of("write", "force", "truncate", "transferFrom", "setLength", "delete", "move");
    noClasses()
        .that()
        .resideInAPackage("io.kvapp.engine..")
        .and()
        .doNotHaveSimpleName("Disk")
        .and()
        .doNotHaveSimpleName("FolderLock")
        .and()
        .doNotHaveSimpleName("SpaceCheck") // whose file is empty and gone at once
        .and()
        .doNotHaveSimpleName("Holes") // which writes zeros over zeros
        .and()
        .doNotHaveSimpleName("InPlaceWriter") // of the hash table, which is a view
        .should(
            callMethodWhere(
                new DescribedPredicate<JavaMethodCall>("a call that changes a file") {
                  @Override
                  public boolean test(JavaMethodCall call) {
                    JavaClass owner = call.getTargetOwner();
                    boolean file =
                        owner.isAssignableTo(FileChannel.class)
                            || owner.isAssignableTo(RandomAccessFile.class)
                            || owner.isEquivalentTo(Files.class);
                    String name = call.getName();
                    return file
                        && (changing.contains(name)
                            || name.startsWith("write")
                            || name.startsWith("create")
                            || name.startsWith("delete"));
                  }
                }))
        .check(CLASSES);
  }
}
