package io.kvapp.server.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/**
 * The limits and deadlines of the HTTP endpoint. Starts as {@link #defaults()}, and each {@code
 * with} method returns settings with one thing changed.
 *
 * <p>Immutable, safe for any thread.
 */
public final class HttpSettings {
  private static final HttpSettings DEFAULTS =
      new HttpSettings(
          Arrays.stream(HttpSetting.values()).mapToLong(HttpSetting::defaultValue).toArray());

  private final long[] values;

  private HttpSettings(long[] values) {
    this.values = values;
  }

  /** The defaults of all settings. */
  public static HttpSettings defaults() {
    return DEFAULTS;
  }

  /**
   * Sets a count, a size in bytes, or a switch.
   *
   * @throws IllegalArgumentException if it is outside its range; the message names the setting
   */
  public HttpSettings with(HttpSetting setting, long value) {
    long[] changed = values.clone();
    changed[setting.ordinal()] = setting.checked(value);
    return new HttpSettings(changed);
  }

  /**
   * Sets a time.
   *
   * @throws IllegalArgumentException if it is outside its range; the message names the setting
   */
  public HttpSettings with(HttpSetting setting, Duration time) {
    return with(setting, nanos(setting, time));
  }

  /** The value of a setting: a count, bytes, nanoseconds, or 1 for a switch that is on. */
  public long get(HttpSetting setting) {
    return values[setting.ordinal()];
  }

  /** The value of a setting that is never more than an int. */
  public int getInt(HttpSetting setting) {
    return Math.toIntExact(get(setting));
  }

  /** Whether a switch is on. */
  public boolean isOn(HttpSetting setting) {
    return get(setting) != 0;
  }

  /** A time as the value of a setting; as much as a long holds, where it is more. */
  public static long nanos(HttpSetting setting, Duration time) {
    Objects.requireNonNull(time, setting.settingName());
    try {
      return time.toNanos();
    } catch (ArithmeticException beyond) {
      return time.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
