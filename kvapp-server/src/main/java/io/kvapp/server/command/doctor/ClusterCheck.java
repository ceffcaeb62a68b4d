package io.kvapp.server.command.doctor;

import io.kvapp.KVException;
import io.kvapp.StoreFinding;
import java.util.List;

/**
 * What a store at a URI stands on, as the provider of its kind sees it.
 *
 * <p>For one thread; used once.
 */
final class ClusterCheck implements Check {
  private final String store;

  ClusterCheck(String store) {
    this.store = store;
  }

  @Override
  public List<Finding> findings() {
    try {
      return StoreFinding.at(store).stream().map(ClusterCheck::finding).toList();
    } catch (KVException unusable) {
      return List.of(Finding.fail("store", unusable));
    } catch (IllegalArgumentException wrong) {
      return List.of(Finding.fail("store", new KVException(wrong.getMessage())));
    }
  }

  private static Finding finding(StoreFinding told) {
    return switch (told.level()) {
      case OK -> Finding.ok(told.subject(), told.found());
      case WARN -> Finding.warn(told.subject(), told.found(), told.remedy());
      case FAIL -> Finding.fail(told.subject(), told.found(), told.remedy());
    };
  }
}
