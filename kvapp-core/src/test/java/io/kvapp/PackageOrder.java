package io.kvapp;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The packages of a module in an order in which each depends only on those before it, so that there
 * are no cycles.
 *
 * @param classes the main classes of the module
 * @param names the full names of its packages
 */
public record PackageOrder(JavaClasses classes, List<String> names) {
  /** Fails unless the order names each package, and no other. */
  public void requireAll() {
    Set<String> packages =
        classes.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages).containsExactlyInAnyOrderElementsOf(names);
  }

  /** Fails if a package depends on one behind it. */
  public void requireNoDependencyOnLaterOnes() {
    for (int index = 0; index < names.size() - 1; index++) {
      noClasses()
          .that()
          .resideInAPackage(names.get(index))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(names.subList(index + 1, names.size()).toArray(String[]::new))
          .check(classes);
    }
  }
}
