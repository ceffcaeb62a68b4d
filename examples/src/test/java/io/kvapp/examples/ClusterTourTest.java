package io.kvapp.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class ClusterTourTest {
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  @TempDir Path folder;

  @Test
  void clusterTour_showsWhatItSays_andLeavesNothing() throws Exception {
    try (Program tour = tour()) {
      assertThat(tour.output())
          .containsExactly(
              "three etcd nodes and two servers run",
              "city:szeged at the other server is Szeged",
              "one node is killed",
              "city:pécs at the other server is Pécs",
              "city:pécs = Pécs",
              "city:szeged = Szeged",
              "the counter is 1, then 2");
      assertThat(tour.exitCode()).isZero();
    }
    assertNothingIsLeft();
  }

  @Test
  void clusterTour_thatIsStopped_leavesNothing() throws Exception {
    try (Program tour = tour()) {
      tour.linesUntil("servers run");
      assertThat(tour.stop()).isEqualTo(ENDED_BY_SIGTERM);
    }
    assertNothingIsLeft();
  }

  @Test
  void clusterTour_withoutEtcd_saysSoInOneLine() throws Exception {
    try (Program tour = tour("-Detcd=" + folder.resolve("none"))) {
      assertThat(tour.errors())
          .singleElement()
          .asString()
          .startsWith("cluster: ")
          .contains("none", "apt install etcd-server");
      assertThat(tour.exitCode()).isEqualTo(1);
    }
    assertNothingIsLeft();
  }

  private Program tour(String... flags) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + folder);
    command.add("-Dfile.encoding=UTF-8");
    command.add("-Dstdout.encoding=UTF-8");
    if (System.getProperty("etcd") != null) {
      command.add("-Detcd=" + System.getProperty("etcd"));
    }
    command.addAll(List.of(flags));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), ClusterTour.class.getName()));
    return Program.start(command);
  }

  /** The data of the nodes is below the folder, which their commands name. */
  private void assertNothingIsLeft() throws IOException {
    assertThat(
            ProcessHandle.allProcesses()
                .filter(each -> each.info().arguments().isPresent())
                .filter(each -> Stream.of(each.info().arguments().get()).anyMatch(this::isHere)))
        .isEmpty();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(each -> each.getFileName().toString().startsWith("kvapp-cluster")))
          .isEmpty();
    }
  }

  private boolean isHere(String argument) {
    return argument.startsWith("--data-dir=" + folder);
  }
}
