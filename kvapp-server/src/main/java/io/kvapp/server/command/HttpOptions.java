package io.kvapp.server.command;

import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import io.kvapp.server.settings.PrefixScope;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * The options of the HTTP endpoint: one for each {@link HttpSetting}, made from its declaration,
 * and those that take a list.
 *
 * <p>Not thread-safe.
 */
final class HttpOptions {
  @Option(
      names = "--trusted-proxy",
      paramLabel = "ADDRESS",
      description =
          "The address of a proxy that puts the address of its caller last into X-Forwarded-For;"
              + " may be given more than once. Default: none.")
  private List<InetAddress> trustedProxies;

  @Option(
      names = "--allowed-host",
      paramLabel = "NAME",
      description =
          "Without users: one more name of this machine that the Host header of requests may have;"
              + " may be given more than once. Default: localhost, loopback addresses and --host.")
  private List<String> allowedHosts;

  @Option(
      names = "--prefix-scope",
      paramLabel = "SCOPE",
      defaultValue = "keys",
      description =
          "What the prefix of a search matches: keys, or values as the Python KVApp does."
              + " Default: ${DEFAULT-VALUE}.")
  private PrefixScope prefixScope;

  @Option(
      names = "--cors-origin",
      paramLabel = "ORIGIN",
      description =
          "An origin of web pages whose scripts may use the server, such as"
              + " https://app.example.org; may be given more than once; with users, * is every origin."
              + " Default: none.")
  private List<String> corsOrigins;

  @Option(
      names = "--backup-dir",
      paramLabel = "DIR",
      description =
          "The folder that backups by HTTP are written into. Default: none, and no such backups.")
  private Path backupDirectory;

  /** Adds the option of each setting to a command. */
  static void addTo(CommandSpec command) {
    for (HttpSetting setting : HttpSetting.values()) {
      command.addOption(option(setting));
    }
  }

  /** What was given to a command, after it was parsed. */
  private static Map<HttpSetting, Long> given(CommandSpec command) {
    Map<HttpSetting, Long> given = new EnumMap<>(HttpSetting.class);
    for (HttpSetting setting : HttpSetting.values()) {
      Object found = command.findOption(setting.option()).getValue();
      if (found instanceof Long value) {
        given.put(setting, value);
      } else if (found instanceof Boolean on) {
        given.put(setting, on ? 1L : 0L);
      }
    }
    return given;
  }

  /**
   * The limits and deadlines that were given to a command, and the defaults of the others.
   *
   * @throws IllegalArgumentException if one is outside its range
   */
  static HttpSettings settings(CommandSpec command) {
    HttpSettings settings = HttpSettings.defaults();
    for (Map.Entry<HttpSetting, Long> each : given(command).entrySet()) {
      settings = settings.with(each.getKey(), each.getValue());
    }
    return settings;
  }

  /** Sets what was given to a command, after it was parsed. */
  void applyTo(HttpEndpoint.Builder endpoint, CommandSpec command) {
    given(command).forEach(endpoint::set);
    if (trustedProxies != null) {
      endpoint.trustedProxies(trustedProxies);
    }
    if (allowedHosts != null) {
      endpoint.allowedHosts(allowedHosts);
    }
    if (corsOrigins != null) {
      endpoint.corsOrigins(corsOrigins);
    }
    if (backupDirectory != null) {
      endpoint.backupDirectory(backupDirectory);
    }
    endpoint.prefixScope(prefixScope);
  }

  private static OptionSpec option(HttpSetting setting) {
    OptionSpec.Builder option = OptionSpec.builder(setting.option()).type(Long.class);
    String withDefault = setting.description() + " Default: " + setting.defaultText() + ".";
    return switch (setting.unit()) {
      case COUNT -> option.paramLabel("N").description(withDefault).build();
      case BYTES ->
          option.paramLabel("SIZE").description(withDefault).converters(sizes(setting)).build();
      case TIME ->
          option.paramLabel("TIME").description(withDefault).converters(nanos(setting)).build();
      case SWITCH ->
          option.type(Boolean.class).arity("0").description(setting.description()).build();
    };
  }

  private static ITypeConverter<Long> sizes(HttpSetting setting) {
    BytesConverter ints = new BytesConverter();
    return setting.isInt() ? text -> (long) ints.convert(text) : new LongBytesConverter();
  }

  private static ITypeConverter<Long> nanos(HttpSetting setting) {
    DurationConverter times = new DurationConverter();
    return text -> {
      return HttpSettings.nanos(setting, times.convert(text));
    };
  }
}
