package io.kvapp;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The library once more, in a class loader of its own, with another class path.
 *
 * <p>Used by one thread.
 */
final class LibraryCopy implements AutoCloseable {
  private final URLClassLoader loader;

  private LibraryCopy(List<Path> classPath) throws IOException {
    List<URL> urls = new ArrayList<>();
    for (Path entry : classPath) {
      urls.add(entry.toUri().toURL());
    }
    loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  /** With this class path less what {@code dropped} says. */
  static LibraryCopy without(Predicate<Path> dropped) throws IOException {
    return new LibraryCopy(classPath().filter(dropped.negate()).toList());
  }

  /**
   * With this class path and a provider file of a service in a folder before it.
   *
   * @param folder where the file is made
   * @param providers the lines of the file
   */
  static LibraryCopy with(Path folder, Class<?> service, String... providers) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(services.resolve(service.getName()), List.of(providers));
    return new LibraryCopy(Stream.concat(Stream.of(folder), classPath()).toList());
  }

  /** What the class, loaded anew, answers when it is called. */
  String call(Class<? extends Callable<String>> type) throws Exception {
    Constructor<?> constructor =
        Class.forName(type.getName(), true, loader).getDeclaredConstructor();
    constructor.setAccessible(true);
    return (String) ((Callable<?>) constructor.newInstance()).call();
  }

  private static Stream<Path> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of);
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
