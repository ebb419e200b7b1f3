package org.kgcoop.settings;

import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import org.kgcoop.Messages;

/**
 * Setting of a method or of the training. The parser, files, messages, the help, options, sweeps
 * and the translation of published files use it, so that every setting is declared once.
 *
 * @param key the name in files and options
 * @param type the type
 * @param unit the plural unit in the help, such as {@code epochs}; empty for none
 * @param range the range of the values, which follows "expected" in a message; empty for all values
 * @param isAllowed the condition of the range
 * @param defaultValue the default value
 * @param description one sentence for the help
 * @param published the keys in files of the published code
 * @param omitsDefault true if files omit the default value
 */
public record Setting<T>(
    String key,
    SettingType<T> type,
    String unit,
    String range,
    Predicate<T> isAllowed,
    Default<T> defaultValue,
    String description,
    List<String> published,
    boolean omitsDefault)
    implements SettingPart {

  /**
   * Default value of a setting.
   *
   * @param description the default in the help
   * @param value the function that computes the default from the given settings
   */
  public record Default<T>(String description, Function<SettingValues, T> value) {
    private static <T> Default<T> constant(SettingType<T> type, T value) {
      Object written = type.writer().apply(value);
      String text =
          written instanceof List<?> list
              ? String.join("|", list.stream().map(String::valueOf).toList())
              : String.valueOf(written);
      return new Default<>(text, values -> value);
    }
  }

  /** Creates a setting with a constant default. */
  public static <T> Setting<T> of(
      String key, SettingType<T> type, T defaultValue, String description) {
    return new Setting<>(
        key,
        type,
        "",
        "",
        value -> true,
        Default.constant(type, defaultValue),
        description,
        List.of(),
        false);
  }

  public static Setting<Double> number(String key, double defaultValue, String description) {
    return of(key, SettingType.NUMBER, defaultValue, description);
  }

  public static Setting<Integer> whole(String key, int defaultValue, String description) {
    return of(key, SettingType.WHOLE, defaultValue, description);
  }

  public static Setting<Boolean> flag(String key, boolean defaultValue, String description) {
    return of(key, SettingType.FLAG, defaultValue, description);
  }

  public static Setting<String> text(String key, String defaultValue, String description) {
    return of(key, SettingType.TEXT, defaultValue, description);
  }

  /** Creates a choice between the constants of an enum. */
  public static <E extends Enum<E>> Setting<E> choice(
      String key, E defaultValue, String description) {
    SettingType<E> type = SettingType.choice(defaultValue.getDeclaringClass());
    return of(key, type, defaultValue, description);
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(this);
  }

  @Override
  public T read(SettingValues values) {
    return values.get(this);
  }

  @Override
  @SuppressWarnings("unchecked") // the component was read by this setting, or has its type
  public void write(Object component, Map<String, Object> values) {
    Object value = type.writer().apply((T) component);
    if (!(omitsDefault && value.equals(type.writer().apply(read(SettingValues.NONE))))) {
      values.put(key, value);
    }
  }

  /** Returns the type and the unit for the help, such as {@code whole number of epochs}. */
  public String typeText() {
    return unit.isEmpty() ? type.description() : type.description() + " of " + unit;
  }

  /** Returns this setting of a number, which is finite and at least the given one. */
  public Setting<T> atLeast(int least) {
    return finite("at least " + least, n -> n >= least);
  }

  /** Returns this setting of a number, which is finite and above the given one, also as float32. */
  public Setting<T> above(int bound) {
    return finite("above " + bound, n -> n > bound && (float) n > bound);
  }

  /** Returns this setting of a number between two numbers, both included. */
  public Setting<T> between(int least, int most) {
    return finite(Messages.format("%,d to %,d", least, most), n -> n >= least && n <= most);
  }

  private Setting<T> finite(String text, DoublePredicate condition) {
    return allowing(
        text,
        value ->
            value instanceof Number n
                && Double.isFinite(n.doubleValue())
                && condition.test(n.doubleValue()));
  }

  /**
   * Returns this setting with a range of values.
   *
   * @param text the range, which follows "expected" in a message
   */
  public Setting<T> allowing(String text, Predicate<T> condition) {
    return new Setting<>(
        key, type, unit, text, condition, defaultValue, description, published, omitsDefault);
  }

  /** Returns this setting with another default. */
  public Setting<T> withDefault(T other) {
    return with(unit, Default.constant(type, other), published, omitsDefault);
  }

  /** Returns this setting with a default that depends on other settings. */
  public Setting<T> withDefault(String text, Function<SettingValues, T> value) {
    return with(unit, new Default<>(text, value), published, omitsDefault);
  }

  /** Returns this setting with a unit, such as {@code vectors}. */
  public Setting<T> in(String plural) {
    return with(plural, defaultValue, published, omitsDefault);
  }

  /** Returns this setting with keys of published files. */
  public Setting<T> publishedAs(String... keys) {
    return with(unit, defaultValue, List.of(keys), omitsDefault);
  }

  /** Returns this setting, omitted from files if it has its default value. */
  public Setting<T> omittingDefault() {
    return with(unit, defaultValue, published, true);
  }

  private Setting<T> with(
      String otherUnit, Default<T> otherDefault, List<String> otherKeys, boolean omits) {
    return new Setting<>(
        key, type, otherUnit, range, isAllowed, otherDefault, description, otherKeys, omits);
  }
}
