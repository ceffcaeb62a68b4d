package io.kvapp;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Where a store is: a URI, and the folder where it has one.
 *
 * <p>Messages never repeat a URI, since it may hold a password.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param uri absolute; hierarchical where its scheme is {@code file}
 * @param folder the absolute folder of a {@code file:} URI, empty for the others
 */
record StoreAddress(URI uri, Optional<Path> folder) {
  /** A new store in memory. */
  static final StoreAddress MEMORY = new StoreAddress(URI.create("mem:/"), Optional.empty());

  /** A scheme has at least two letters here, so that a Windows drive is none. */
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  private static final String CORE =
      "; it is part of io.kvapp:kvapp-core, unless a jar made of several has lost its"
          + " META-INF/services/io.kvapp.StoreProvider";

  private static final Map<String, String> JARS =
      Map.of(
          "file", CORE,
          "mem", CORE,
          "http", "; add io.kvapp:kvapp-client",
          "https", "; add io.kvapp:kvapp-client",
          "etcd", "; add io.kvapp:kvapp-etcd");

  static StoreAddress of(Path folder) {
    if (folder.getFileSystem() != FileSystems.getDefault()) {
      throw new IllegalArgumentException(
          "store: a folder of the default file system, not of " + folder.getFileSystem());
    }
    if (folder.toString().isEmpty()) {
      throw new IllegalArgumentException(
          "store: an empty path; name a folder, . for the one that the process runs in");
    }
    Path absolute = folder.toAbsolutePath();
    return new StoreAddress(absolute.toUri(), Optional.of(absolute));
  }

  static StoreAddress of(String pathOrUri) {
    if (pathOrUri.isBlank()) {
      throw new IllegalArgumentException("store: a path or a URI, not blank");
    }
    if (pathOrUri.equalsIgnoreCase("mem:")) {
      return MEMORY;
    }
    if (!SCHEME.matcher(pathOrUri).matches()) {
      return of(path(pathOrUri));
    }
    try {
      return of(new URI(pathOrUri));
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException(
          "store: not a URI ("
              + malformed.getReason()
              + " at index "
              + malformed.getIndex()
              + "); a folder with a colon in its name is given as a Path");
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException notAPath) {
      throw new IllegalArgumentException(
          "store: not a path that this process can name (%s; the locale's encoding is %s): %s"
                  .formatted(
                      notAPath.getReason(),
                      System.getProperty("sun.jnu.encoding"),
                      notAPath.getInput())
              + "; start it with LC_ALL=C.UTF-8, or choose another name",
          notAPath);
    }
  }

  static StoreAddress of(URI uri) {
    if (!uri.isAbsolute()) {
      throw new IllegalArgumentException("store: a URI with a scheme, such as file:///data");
    }
    return uri.getScheme().equalsIgnoreCase("file")
        ? of(folder(uri))
        : new StoreAddress(uri, Optional.empty());
  }

  private static Path folder(URI uri) {
    if (uri.isOpaque()) {
      return Path.of(uri.getSchemeSpecificPart());
    }
    try {
      return Path.of(uri);
    } catch (IllegalArgumentException notAFile) {
      throw new IllegalArgumentException(
          "store: a file: URI names a folder and nothing else, such as file:///data ("
              + notAFile.getMessage()
              + ")",
          notAFile);
    }
  }

  KVStore open(StoreOptions options) {
    Objects.requireNonNull(options, "options");
    return provider().open(uri, options);
  }

  StoreInspection inspect() {
    return provider().inspect(uri);
  }

  List<StoreFinding> findings() {
    return provider().findings(uri);
  }

  private StoreProvider provider() {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    Services<StoreProvider> providers = Services.find(StoreProvider.class);
    List<StoreProvider> serving =
        providers.loaded().stream().filter(each -> each.schemes().contains(scheme)).toList();
    if (serving.size() > 1) {
      throw new KVException(
          "more than one provider serves "
              + scheme
              + ": ("
              + String.join(
                  ", ", serving.stream().map(each -> each.getClass().getName()).sorted().toList())
              + "); remove one from the class path");
    }
    if (serving.isEmpty()) {
      throw missing(scheme, providers);
    }
    return serving.get(0);
  }

  private static KVException missing(String scheme, Services<StoreProvider> providers) {
    TreeSet<String> known = new TreeSet<>();
    providers.loaded().forEach(each -> known.addAll(each.schemes()));
    String remedy =
        JARS.getOrDefault(
            scheme, "; there are " + known + ", so correct the URI or add the jar that serves it");
    String message = "no provider on the class path serves a store at " + scheme + ":" + remedy;
    return providers.failures().isEmpty()
        ? new KVException(message)
        : new KVException(
            message + " (not loaded: " + providers.failures().get(0).getMessage() + ")",
            providers.failures().get(0));
  }
}
