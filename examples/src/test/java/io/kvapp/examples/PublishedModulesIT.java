package io.kvapp.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** What Maven Central asks of each module that is published, in the projects and what they make. */
class PublishedModulesIT {
  private static final Path ROOT = Path.of("..");

  @Test
  void parent_saysWhatMavenCentralAsksFor() throws Exception {
    Element parent = project(ROOT);

    for (String path :
        List.of(
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "scm/connection",
            "scm/developerConnection",
            "scm/url")) {
      assertThat(text(parent, path)).as(path).isNotEmpty();
    }
    // Maven adds the name of a module to inherited addresses otherwise.
    assertThat(parent.getAttribute("child.project.url.inherit.append.path")).isEqualTo("false");
    Element scm = child(parent, "scm").orElseThrow();
    for (String name : List.of("connection", "developerConnection", "url")) {
      assertThat(scm.getAttribute("child.scm." + name + ".inherit.append.path"))
          .as(name)
          .isEqualTo("false");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"kvapp-core", "kvapp-client", "kvapp-etcd", "kvapp-server"})
  void module_hasItsOwnNameAndItsJars(String module) throws Exception {
    Element project = project(ROOT.resolve(module));
    assertThat(text(project, "name")).isNotEmpty();
    assertThat(text(project, "description")).isNotEmpty();

    String version = text(project, "parent/version").orElseThrow();
    Path target = ROOT.resolve(module).resolve("target");
    String file = module + "-" + version;
    assertThat(entries(target.resolve(file + ".jar"))).anyMatch(name -> name.endsWith(".class"));
    assertThat(entries(target.resolve(file + "-sources.jar"))).contains("module-info.java");
    assertThat(entries(target.resolve(file + "-javadoc.jar"))).contains("index.html");
  }

  @ParameterizedTest
  @ValueSource(strings = {"examples", "kvapp-bench"})
  void module_whichIsNoLibrary_isNotPublished(String module) throws Exception {
    assertThat(text(project(ROOT.resolve(module)), "properties/maven.deploy.skip"))
        .hasValue("true");
  }

  private static List<String> entries(Path jar) throws Exception {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream().map(entry -> entry.getName()).toList();
    }
  }

  private static Element project(Path folder) throws Exception {
    try (var input = Files.newInputStream(folder.resolve("pom.xml"))) {
      return DocumentBuilderFactory.newDefaultInstance()
          .newDocumentBuilder()
          .parse(input)
          .getDocumentElement();
    }
  }

  private static Optional<String> text(Element from, String path) {
    Optional<Element> found = Optional.of(from);
    for (String name : path.split("/")) {
      found = found.flatMap(element -> child(element, name));
    }
    return found.map(element -> element.getTextContent().strip()).filter(text -> !text.isEmpty());
  }

  private static Optional<Element> child(Element of, String name) {
    for (Node node = of.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        return Optional.of(element);
      }
    }
    return Optional.empty();
  }
}
