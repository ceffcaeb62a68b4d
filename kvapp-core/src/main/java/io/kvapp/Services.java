package io.kvapp;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * What the jars beside this one provide of a service. They are looked for with the class loader of
 * the library, since the thread's belongs to somebody else.
 *
 * <p>Safe for any thread.
 *
 * @param loaded one of each that could be loaded
 * @param failures why others could not be
 */
record Services<S>(List<S> loaded, List<Throwable> failures) {
  /** A class loader that fails at every step would be asked for ever. */
  private static final int MAX_FAILURES = 20;

  static <S> Services<S> find(Class<S> service) {
    List<S> loaded = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    Iterator<S> providers = ServiceLoader.load(service, Services.class.getClassLoader()).iterator();
    while (failures.size() < MAX_FAILURES) {
      try {
        if (!providers.hasNext()) {
          break;
        }
        loaded.add(providers.next());
      } catch (ServiceConfigurationError | LinkageError failure) {
        failures.add(failure);
      }
    }
    return new Services<>(List.copyOf(loaded), List.copyOf(failures));
  }
}
