package io.kvapp.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Look-ups across an active memtable, a frozen one and two SSTables. */
class VersionTest {
  @TempDir Path scratch;

  private TreeFixture tree;
  private long oldest;
  private long flushed;
  private long frozen;
  private long active;
  private long deleted;

  @BeforeEach
  void writeIntoEachRun() throws IOException {
    tree = new TreeFixture(new Disk(), scratch.resolve("store"), EngineOptions.standard());
    oldest = tree.put("all", "oldest");
    tree.put("old", "oldest");
    tree.put("deleted", "oldest");
    tree.flusher.flush();
    flushed = tree.put("all", "flushed");
    tree.flusher.flush();
    frozen = tree.put("all", "frozen");
    tree.flusher.freeze();
    deleted = tree.delete("deleted");
    active = tree.put("all", "active");
  }

  @AfterEach
  void close() throws IOException {
    tree.unmap();
    tree.close();
  }

  @Test
  void value_ofEachRevision_isFoundInTheRunThatHasIt() {
    assertThat(value("all", oldest)).isEqualTo("oldest");
    assertThat(value("all", flushed)).isEqualTo("flushed");
    assertThat(value("all", frozen)).isEqualTo("frozen");
    assertThat(value("all", active)).isEqualTo("active");
    assertThat(value("all", deleted)).isNull();
    assertThat(value("old", flushed)).isNull();
  }

  @Test
  void value_ofARevisionThatWasOverwrittenInItsRun_isGone() {
    long before = tree.put("old", "first");
    long after = tree.put("old", "second");

    assertThat(value("old", before)).isNull();
    assertThat(value("old", after)).isEqualTo("second");
  }

  @Test
  void lookUp_findsTheNewestChange() {
    Version version = tree.versions.current();
    assertThat(version.lookUp(bytes("all")).revision()).isEqualTo(active);
    assertThat(version.lookUp(bytes("old")).value()).isEqualTo(bytes("oldest"));
    assertThat(version.lookUp(bytes("deleted"))).isNull();
    assertThat(version.lookUp(bytes("never"))).isNull();
    assertThat(version.holds(bytes("old"))).isTrue();
    assertThat(version.holds(bytes("deleted"))).isFalse();
    assertThat(version.holds(bytes("never"))).isFalse();
    assertThat(version.count()).isEqualTo(2);
  }

  @Test
  void hasChanged_comparesWithTheNewestChange() {
    assertThat(hasChanged("all", active)).isFalse();
    assertThat(hasChanged("all", frozen)).isTrue();
    assertThat(hasChanged("all", oldest)).isTrue();
    assertThat(hasChanged("old", oldest + 1)).isFalse();
    assertThat(hasChanged("old", frozen)).isFalse();
    assertThat(hasChanged("old", active)).isFalse();
    assertThat(hasChanged("deleted", frozen)).isTrue();
    assertThat(hasChanged("deleted", deleted)).isFalse();
  }

  @Test
  void hasChanged_ofADeleteThatACompactionDropped_isTrue() throws IOException {
    tree.flusher.flush();
    long compacted = tree.journal.revision();
    tree.put("other", "value");
    tree.flusher.flush();
    tree.compactor.compactAll(() -> {});

    assertThat(hasChanged("deleted", frozen)).isTrue();
    assertThat(hasChanged("all", compacted)).isFalse();
    assertThat(hasChanged("old", compacted)).isFalse();
  }

  private String value(String key, long revision) {
    byte[] value = tree.versions.current().value(bytes(key), revision);
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  private boolean hasChanged(String key, long since) {
    return tree.versions.current().hasChanged(bytes(key), since);
  }

  private static byte[] bytes(String text) {
    return TreeFixture.bytes(text);
  }
}
